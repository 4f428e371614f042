"""What names and sentences of a plan are taken for before a clerk looks at them."""

import pytest

from tracker.organisation.rules import PostRank, UnitKind
from tracker.plans import guesses
from tracker.plans.proposal import propose
from tracker.plans.reader import REASONS
from tracker.plans.refusals import UNREADABLE


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("区财政局", UnitKind.DEPARTMENT),
        ("区政府办", UnitKind.DEPARTMENT),
        ("区人民法院", UnitKind.DEPARTMENT),
        ("市公安局云洲分局", UnitKind.DEPARTMENT),
        ("区人民政府", UnitKind.GOVERNMENT),
        ("柳溪镇人民政府", UnitKind.TOWN),
        ("城东街道办事处", UnitKind.TOWN),
        ("区委宣传部", UnitKind.PARTY),
        ("区委", UnitKind.PARTY),
        ("区人民政府教育督导室", UnitKind.SUPERVISION),
        ("澄江区实验中学", UnitKind.SCHOOL),
        ("澄江区第一小学", UnitKind.SCHOOL),
        ("区融媒体中心", UnitKind.INSTITUTION),
        ("澄江供电公司", UnitKind.ENTERPRISE),
    ],
)
def test_the_kind_of_a_unit_is_read_from_its_name(name: str, kind: UnitKind) -> None:
    assert guesses.kind_of_unit(name) is kind


@pytest.mark.parametrize(
    ("title", "rank"),
    [
        ("局长", PostRank.HEAD),
        ("党组书记、局长", PostRank.HEAD),
        ("主要负责人", PostRank.HEAD),
        ("副局长", PostRank.DEPUTY),
        ("区委常委、副区长", PostRank.DEPUTY),
        ("办公室主任", PostRank.STAFF),
        ("科员", PostRank.STAFF),
    ],
)
def test_the_rank_of_a_post_is_read_from_its_title(title: str, rank: PostRank) -> None:
    assert guesses.rank_of_post(title) is rank


@pytest.mark.parametrize(
    ("name", "one"), [("区财政局", True), ("各成员单位", False), ("区直有关部门", False), ("局", False)]
)
def test_words_for_many_are_not_taken_for_a_unit(name: str, one: bool) -> None:
    assert guesses.names_one_unit(name) is one


def test_a_bare_district_is_written_out_and_a_citys_office_is_not() -> None:
    assert guesses.full_name("区财政局", "澄江区") == "澄江区财政局"
    assert guesses.full_name("中共区委宣传部", "澄江区") == "澄江区委宣传部"
    assert guesses.full_name("市财政局", "澄江区") == "市财政局"
    assert guesses.full_name("柳溪镇", "澄江区") == "柳溪镇"


def test_a_title_is_the_first_sentence_or_the_clauses_that_fit() -> None:
    assert guesses.title_of("一是落实陪餐制度。每学期不少于两次。") == "落实陪餐制度"
    long = "，".join(["把每一所学校的食堂都查到底"] * 8)
    assert guesses.title_of(long) == "，".join(["把每一所学校的食堂都查到底"] * 4)
    assert guesses.title_of("查" * 100) == "查" * 59 + "…"


def test_an_empty_finding_makes_an_empty_sheet() -> None:
    sheet = propose({})
    assert (sheet["title"], sheet["phases"], sheet["tasks"]) == ("", [], [])
    assert [group["seats"] for group in sheet["groups"]] == [[]]


def test_pages_say_why_a_file_cannot_be_read_in_the_readers_words() -> None:
    assert {code: str(sentence) for code, sentence in UNREADABLE.items()} == dict(REASONS)
