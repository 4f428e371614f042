"""Passwords, logins and addresses: what can be taken and what not."""

import pytest

from tracker.accounts import rules
from tracker.accounts.pasted import contact_of_title, rank_of_title, read_rows
from tracker.organisation.rules import ContactRole, PostRank

WORDS = {"qianguangyuan", "钱广源", "澄江区", "澄江区财政局", "区财政局", "a", "人"}


@pytest.mark.parametrize(
    "password",
    [
        "长风破浪会有时 2026",
        "correct horse battery staple",
        "  begins and ends with blanks  ",
        "𠮷野家的牛肉饭真的好吃",
        "x7#kQ!mp2Z",
        "zhe shi yi ju hua",
        "p" + "3j" * 60,
        "a" * 64 + "汉字 " * 10,
    ],
)
def test_a_long_password_of_ones_own_is_taken(password: str) -> None:
    assert rules.password_fault(password, words=WORDS) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("七个字的密码啊", "至少"),
        ("x7#kQ!mp2", "至少"),
        ("x7" * 64 + "y", "最多"),
        ("with\0nul inside", "控制"),
        ("tab\tinside it", "控制"),
        pytest.param("lone \ud800 surrogate", "控制", id="lone surrogate"),
        ("1234567890", "常见"),
        ("Password@123", "常见"),
        ("woaini1314520", "常见"),
        ("ｐａｓｓｗｏｒｄ１２３", "常见"),
        ("aaaaaaaaaaaa", "常见"),
        ("abababababab", "常见"),
        ("8848884888488848", "常见"),
        ("QianGuangYuan!!", "登录名"),
        ("我就是钱广源本人没有错", "登录名"),
        ("澄江区财政局2026年", "登录名"),
        ("我们都爱澄江区的山和水", "登录名"),
    ],
)
def test_a_guessable_password_is_not_taken(password: str, reason: str) -> None:
    assert reason in str(rules.password_fault(password, words=WORDS))


def test_short_latin_words_and_single_letters_forbid_nothing() -> None:
    assert rules.password_fault("a man, a plan, a canal", words={"a", "man", "人", ""}) is None
    assert rules.password_fault("a manual for plants", words={"manual"}) is not None


def test_one_time_passwords_read_well_and_differ() -> None:
    made = {rules.new_one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(password) == 14 and password.count("-") == 2 for password in made)
    assert not set("".join(made)) & set("oil01")


def test_common_passwords_are_kept_in_small_letters() -> None:
    assert all(word == word.casefold() for word in rules.common_passwords())
    assert len(rules.common_passwords()) > 150


@pytest.mark.parametrize(
    ("name", "taken", "login"),
    [
        ("wangjianguo", set(), "wangjianguo"),
        ("wangjianguo", {"wangjianguo"}, "wangjianguo2"),
        ("wangjianguo", {"wangjianguo", "wangjianguo2"}, "wangjianguo3"),
        ("li", set(), "li01"),
        ("li", {"li01"}, "li012"),
        ("·—", set(), "user"),
        ("x" * 80, set(), "x" * 32),
    ],
)
def test_a_login_is_made_from_the_name(name: str, taken: set[str], login: str) -> None:
    assert rules.login_for(name, taken) == login
    assert rules.LOGIN_PATTERN.fullmatch(login)


@pytest.mark.parametrize(
    "target", ["/", "/tasks", "/tasks/5?unit=%E6%9F%B3&light=red#history", "/accounts?q=%E9%92%B1", "/a%2Bb?next=//x"]
)
def test_an_own_path_is_kept(target: str) -> None:
    assert rules.own_path(target) == target


@pytest.mark.parametrize("target", [None, "", "tasks", "//x", "/\\x", "/%2fx", "/%5Cx", "/a//b", "/\x7f", "/%0d%0ax"])
def test_any_other_target_leads_home(target: str | None) -> None:
    assert rules.own_path(target) == "/"


@pytest.mark.parametrize(
    ("title", "rank"),
    [
        ("局长", PostRank.HEAD),
        ("党组书记、局长", PostRank.HEAD),
        ("校长", PostRank.HEAD),
        ("副局长", PostRank.DEPUTY),
        ("分管副镇长", PostRank.DEPUTY),
        ("党组成员", PostRank.DEPUTY),
        ("办公室主任", PostRank.STAFF),
        ("联络员", PostRank.STAFF),
        ("基教科科长", PostRank.STAFF),
        ("会计", PostRank.STAFF),
    ],
)
def test_the_words_of_a_post_say_its_rank(title: str, rank: PostRank) -> None:
    assert rank_of_title(title) is rank


def test_the_words_of_a_post_make_liaisons_and_deputies_in_charge() -> None:
    assert contact_of_title("办公室主任（联络员）") is ContactRole.LIAISON
    assert contact_of_title("分管副局长") is ContactRole.DEPUTY_IN_CHARGE
    assert contact_of_title("局长") is None


@pytest.mark.parametrize(
    "text",
    [
        "王建国\t区财政局\t局长\t13800001111",
        "王建国,区财政局,局长,13800001111",
        "王建国，区财政局，局长，13800001111",
        "王建国 区财政局 局长 13800001111",
        "王建国　区财政局　局长　13800001111",
        "1\t王建国\t区财政局\t局长\t13800001111",
        "1. 王建国 区财政局 局长 13800001111",
        "姓名\t单位\t职务\t手机\n王建国\t区财政局\t局长\t13800001111",
        "序号\t单位\t姓名\t联系电话\t职务\n1\t区财政局\t王建国\t13800001111\t局长",
        '\n"王建国"\t区财政局\t局长\t13800001111\t\n\n',
    ],
)
def test_rows_are_read_however_they_were_copied(text: str) -> None:
    [row] = read_rows(text)
    assert (row.name, row.unit, row.post, row.phone, row.fault) == ("王建国", "区财政局", "局长", "13800001111", None)


def test_names_padded_with_blanks_are_closed_up() -> None:
    assert [row.name for row in read_rows("李　明\t区财政局\t科员\n李 明 区水利局 科员")] == ["李明", "李明"]


def test_a_row_may_lack_the_phone_and_have_it_for_the_post() -> None:
    [without, misplaced] = read_rows("李明,区财政局,科员\n赵六,区财政局,13800001111")
    assert (without.fault, without.phone) == (None, "")
    assert (misplaced.phone, str(misplaced.fault)) == ("13800001111", "缺职务。")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("\t区财政局\t局长\t", "缺姓名"),
        ("王建国\t\t局长\t", "缺单位"),
        ("王建国\t区财政局\t\t", "缺职务"),
        ("12345678\t区财政局\t局长\t", "不像人名"),
        ("<b>王</b>\t区财政局\t局长\t", "不像人名"),
        ("王建国\t区财政局\t局长\t没有", "电话"),
        ("王建国\t区财政局\t局长\t138\t多\t余", "列数过多"),
    ],
)
def test_a_bad_row_says_what_is_wrong_with_it(line: str, reason: str) -> None:
    [row] = read_rows(line)
    assert reason in str(row.fault)


def test_a_row_said_twice_names_the_first() -> None:
    first, second, third = read_rows("李明,区财政局,科员\n\n李明,区财政局,科员\n李明,区财政局,联络员")
    assert first.fault is None
    assert "1" in str(second.fault)
    assert third.fault is None


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Mobile Safari/537.36 MicroMessenger/8.0", "WeChat · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari · iPhone"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_a_name_that_its_owner_knows(agent: str, name: str) -> None:
    assert rules.browser_name(agent) == name
