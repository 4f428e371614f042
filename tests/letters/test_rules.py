"""The text of a letter: the same for the same input, whatever people write; and the moves, every one in every state."""

import unicodedata
from datetime import date, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import NOW
from tracker.letters.rules import (
    DEFAULT_TEMPLATE,
    LABELS,
    MAX_CLAUSE,
    MAX_CLAUSES,
    MOVES,
    PLACEHOLDERS,
    BatchState,
    ClauseKind,
    Contents,
    Gap,
    Head,
    LetterKind,
    LetterMove,
    LetterState,
    Side,
    Signer,
    SigningMethod,
    SigningOrder,
    Template,
    composed,
    deadline_words,
    filled,
    head_of,
    is_turn_of,
    may_follow,
    places,
    promise_statement,
    recurring_words,
    shaped,
    signature_statement,
    step_after_signing,
    target_words,
    task_words,
    text_statement,
    usual_prefix,
    usual_title,
)

WEIRD = (
    "区财政局 & 住建局 <2026>",
    "{{ 7*7 }}{% if x %}",
    "%(name)s %s {0}",
    "𠮷野家与䶮",
    "a" + chr(0x301),
    "‘单’“双”\"'`$\\",
    "<script>alert(1)</script>",
)


def contents(
    *,
    title: str = "目标责任书",
    template: Template = DEFAULT_TEMPLATE,
    targets: tuple[str, ...] = (),
    tasks: tuple[str, ...] = ("一件。",),
    others: tuple[str, ...] = (),
    ends_on: date | None = None,
    follows: str = "",
    second_party: str = "区财政局",
) -> Contents:
    """What a letter is composed of."""
    return Contents(
        title=title,
        number="责〔2026〕1号",
        first_party="区人民政府",
        second_party=second_party,
        template=template,
        targets=targets,
        tasks=tasks,
        others=others,
        first_signers=[Signer("", "区长")],
        second_signers=[Signer("区财政局", "局长"), Signer("区财政局", "书记")],
        ends_on=ends_on,
        follows=follows,
    )


def test_a_text_has_its_parts_in_order_and_leaves_out_what_is_empty() -> None:
    whole = composed(
        contents(
            template=Template("为了责任。\n\n  依据方案。 ", "保障。", "奖惩。", "两份。"),
            targets=("班额不超过45人",),
            tasks=("甲。", "乙。"),
            others=("丙。",),
            ends_on=date(2026, 12, 31),
            follows="责〔2025〕9号",
        )
    )
    assert whole.split("\n") == [
        "目标责任书",
        "编号：责〔2026〕1号",
        "原责任书编号：责〔2025〕9号",
        "甲方：区人民政府",
        "乙方：区财政局",
        "为了责任。",
        "依据方案。",
        "一、责任目标",
        "1．班额不超过45人",
        "二、工作任务",
        "1．甲。",
        "2．乙。",
        "三、其他约定",
        "1．丙。",
        "四、责任与保障",
        "保障。",
        "五、考核与奖惩",
        "奖惩。",
        "六、附则",
        "两份。",
        "有效期至2026年12月31日。",
        "甲方签署人：区长",
        "乙方签署人：区财政局局长",
        "乙方签署人：区财政局书记",
        "",
    ]
    assert "一、工作任务\n1．一件。\n甲方签署人" in composed(contents(template=Template("目的。")))


@pytest.mark.parametrize("words", WEIRD)
def test_any_text_survives_as_it_is(words: str) -> None:
    text = composed(contents(title=words, second_party=words, tasks=(words,), template=Template(words)))
    assert text.count(unicodedata.normalize("NFC", words)) == 4


@given(st.lists(st.text(max_size=60), max_size=5), st.text(max_size=200))
def test_a_text_is_in_one_form_whatever_goes_in(clauses: list[str], purpose: str) -> None:
    said = contents(tasks=tuple(clauses), template=Template(purpose))
    text = composed(said)
    assert text == composed(said)
    assert unicodedata.is_normalized("NFC", text)
    assert text.endswith("\n")
    lines = text.removesuffix("\n").split("\n")
    assert all(line == line.rstrip() and line for line in lines)
    assert [line for line in lines if line.startswith(f"{len(clauses)}．")] or not clauses


def test_a_letter_of_many_long_clauses_holds_them_all() -> None:
    text = composed(contents(tasks=tuple(f"{number}款" + "责" * (MAX_CLAUSE - 4) for number in range(MAX_CLAUSES))))
    assert all(f"\n{number + 1}．{number}款责" in text for number in range(MAX_CLAUSES))


def test_a_clause_is_one_line_so_that_it_cannot_pass_for_a_heading() -> None:
    text = composed(contents(tasks=("甲\n二、附则\n乙方签署人：某某",)))
    assert "\n1．甲 二、附则 乙方签署人：某某\n" in text


def test_placeholders_are_filled_once_and_never_read_again() -> None:
    values = {"【单位】": "【甲方】局", "【甲方】": "【单位】府", "【期间】": "", "【领导小组】": "组"}
    assert filled("【单位】与【甲方】，【单位】（【期间】）【领导小组】【别的】", values) == (
        "【甲方】局与【单位】府，【甲方】局（）组【别的】"
    )
    assert filled("【【单位】】", {"【单位】": "单位"}) == "【单位】"
    assert filled("没有", values) == "没有"
    assert filled("【单位】", {}) == "【单位】"


@given(st.text(), st.text(), st.lists(st.sampled_from((*PLACEHOLDERS, "与", "【", "】")), max_size=8))
def test_filling_puts_each_value_where_its_name_stood(unit: str, party: str, pieces: list[str]) -> None:
    values = {"【单位】": unit, "【甲方】": party}
    whole = "".join(pieces)
    expected = "".join(values.get(part, part) for part in _split(whole))
    assert filled(whole, values) == expected


def _split(text: str) -> list[str]:
    """A text cut at the names of the two placeholders."""
    parts, rest = [], text
    while rest:
        name = next((name for name in ("【单位】", "【甲方】") if rest.startswith(name)), rest[0])
        parts.append(name)
        rest = rest[len(name) :]
    return parts


@pytest.mark.parametrize(
    ("operator", "value", "said"),
    [
        ("<=", 45.0, "班额不超过45人"),
        (">=", 0.85, "班额不低于0.85人"),
        ("=", 100.0, "班额达到100人"),
        ("<", 0.0, "班额低于0人"),
        (">", 1200.5, "班额高于1200.5人"),
    ],
)
def test_a_target_reads_as_plans_write_it(operator: str, value: float, said: str) -> None:
    assert target_words("班额", "", operator, value, "人", None) == said
    assert target_words("班额", "小学", operator, value, "人", date(2026, 8, 31)) == f"小学{said}（2026年8月31日前）"


def test_a_task_reads_as_a_clause() -> None:
    assert task_words("建校", "", "", "2026年8月31日") == "建校。完成时限：2026年8月31日。"
    assert task_words("建校！", "建校！", "验收；", "长期坚持") == "建校！完成标准：验收；完成时限：长期坚持。"
    assert task_words("建校", "两所\n三所？", "", "未定") == "建校。两所 三所？完成时限：未定。"


def test_a_deadline_is_a_date_or_the_plan_s_words() -> None:
    assert deadline_words(date(2026, 4, 7), "4月上旬", continuous=False) == "2026年4月7日"
    assert deadline_words(None, "4月上旬", continuous=False) == "4月上旬"
    assert deadline_words(None, "", continuous=False) == "未定"
    assert deadline_words(None, "常态化", continuous=True) == "常态化"
    assert deadline_words(None, "", continuous=True) == "长期坚持"


@pytest.mark.parametrize(
    ("every", "month", "day", "said"),
    [
        ("month", None, 28, "每月28日前"),
        ("month", None, None, "每月底前"),
        ("quarter", 3, 25, "每季度第3个月25日前"),
        ("quarter", 2, None, "每季度第2个月底前"),
        ("quarter", None, None, "每季度末前"),
        ("year", 8, 31, "每年8月31日前"),
        ("year", 8, None, "每年8月底前"),
        ("year", None, None, "每年底前"),
    ],
)
def test_a_rhythm_reads_as_plans_write_it(every: str, month: int | None, day: int | None, said: str) -> None:
    assert recurring_words(every, month, day) == said


def test_letters_are_usually_called_after_group_and_year() -> None:
    assert (usual_title("防汛领导小组", 2026), usual_prefix(2026)) == ("防汛领导小组2026年度目标责任书", "责〔2026〕")


@pytest.mark.parametrize("state", LetterState)
@pytest.mark.parametrize("move", LetterMove)
def test_a_move_starts_only_where_the_table_says(move: LetterMove, state: LetterState) -> None:
    sources, target = MOVES[move]
    assert may_follow(move, state) == (state in sources)
    assert target not in sources


def test_whose_turn_it_is() -> None:
    for order, first, second in (
        (SigningOrder.SECOND_FIRST, Side.SECOND, Side.FIRST),
        (SigningOrder.FIRST_FIRST, Side.FIRST, Side.SECOND),
    ):
        assert is_turn_of(first, order=order, complete=())
        assert not is_turn_of(second, order=order, complete=())
        assert is_turn_of(second, order=order, complete=(first,))
        assert not is_turn_of(first, order=order, complete=(first,))
    assert all(is_turn_of(side, order=SigningOrder.ANY, complete=()) for side in Side)
    assert not is_turn_of(Side.FIRST, order=SigningOrder.ANY, complete=(Side.FIRST,))


def test_the_step_that_a_signature_makes() -> None:
    assert step_after_signing(()) is None
    assert step_after_signing({Side.FIRST}) is LetterMove.SIGN_ONE_SIDE
    assert step_after_signing({Side.FIRST, Side.SECOND}) is LetterMove.ENTER_FORCE


@pytest.mark.parametrize(
    "members",
    [LetterState, LetterMove, LetterKind, BatchState, Side, SigningOrder, SigningMethod, ClauseKind, Gap],
)
def test_every_code_has_its_word(members: type[LetterState]) -> None:
    assert all(str(LABELS[member]) for member in members)


def test_a_statement_is_the_same_wherever_the_clock_stands() -> None:
    said = {
        "letter_id": 1,
        "group_id": 1,
        "number": "责〔2026〕1号",
        "unit_id": 7,
        "kind": "letter",
        "follows_id": None,
        "check_code": "ABC",
        "order": "any",
        "ordinal": 1,
        "sha256": "a",
        "sm3": "b",
        "promise": "c",
    }
    here = NOW.astimezone(timezone(timedelta(hours=8)))
    assert text_statement(**said, at=here) == text_statement(**said, at=NOW)  # type: ignore[arg-type]
    assert text_statement(**{**said, "unit_id": 8}, at=NOW) != text_statement(**said, at=NOW)  # type: ignore[arg-type]
    promise = promise_statement(
        signatories=[("first", 1, 3, None, "", "区长")], clauses=[(1, "task", 5, None, "甲", date(2026, 4, 1))]
    )
    assert promise == ('{"clauses":[[1,"task",5,null,"甲","2026-04-01"]],"signatories":[["first",1,3,null,"","区长"]]}')
    signature = signature_statement(
        letter_id=1,
        number="责1号",
        unit_id=7,
        ordinal=1,
        sha256="a",
        sm3="b",
        side="first",
        signatory_id=1,
        person_id=1,
        person_name="甲",
        signed_as="区长",
        method="electronic",
        at=here,
        nonce="n",
        recorded_by_id=None,
        drawing_sha256=None,
        scan_sha256=None,
    )
    assert '"at":"2026-03-18T' in signature
    assert signature.startswith('{"as":"区长",')


def test_the_lines_of_a_text_are_told_apart_without_touching_a_word() -> None:
    head = ["某区目标责任书", "编号：责〔2026〕17号", "原责任书编号：责〔2026〕5号", "甲方：某区政府", "乙方：某局"]
    text = "\n".join([*head, "为落实任务，签订本书。", "一、工作任务", "1．完成摸底。", "说明：附表另发。"])
    found = list(shaped(text))
    assert [line for _role, line in found] == text.splitlines()
    assert [role for role, _line in found] == ["title", *["party"] * 4, "body", "heading", "body", "body"]


def test_clauses_have_the_places_that_the_letter_gives_them() -> None:
    targets, tasks, others = ("班额不超过45人",), ("核定学位\n缺口。", "1．落实经费。"), ("核定学位缺口。",)
    text = composed(contents(targets=targets, tasks=tasks, others=others))
    said = [*targets, *tasks, *others]
    assert places(text, said) == ["一、1", "二、1", "二、2", "三、1"]
    assert places(composed(contents(tasks=tasks)), tasks) == ["一、1", "一、2"]
    assert places(text, ["别处的话", *said, "又一句"]) == ["", "一、1", "二、1", "二、2", "三、1", ""]
    assert places(text, []) == []


@given(
    st.lists(
        st.text(min_size=1, max_size=30).filter(lambda text: len(text.split()) == 1 == len(text.splitlines())),
        min_size=1,
        max_size=6,
    )
)
def test_every_clause_of_a_letter_finds_its_place(clauses: list[str]) -> None:
    text = composed(contents(tasks=tuple(clauses)))
    assert places(text, clauses) == [f"一、{number}" for number in range(1, len(clauses) + 1)]


def test_the_head_of_a_text_names_the_parties_once_whatever_follows_or_is_missing() -> None:
    words = "目标责任书\n编号：1号\n甲方：领导小组\n乙方：财政局\n甲方：以下简称甲方\n一、责任目标\n"
    assert head_of(words) == Head("目标责任书", "领导小组", "财政局")
    assert head_of("") == Head("", "", "")
    assert head_of("目标责任书\n没有双方。\n") == Head("目标责任书", "", "")
