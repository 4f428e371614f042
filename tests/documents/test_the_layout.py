"""Papers are measured against GB/T 9704-2012: margins, grid, red head, number, date, imprint, page numbers, tables."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.documents.reading import Page, Word, pages, pictures

Read = dict[str, list[Page]]

LEFT, RIGHT, TOP, BOTTOM = 28.0, 210 - 26.0, 37.0, 297 - 35.0
LINE = 225 / 22


def middle(word: Word) -> float:
    return (word.top + word.bottom) / 2


def test_a_page_is_filled_by_22_lines_of_28_characters_between_the_margins(read: Read) -> None:
    page = read["grid"][1]
    body = [word for word in page.words if "国" in word.text]
    assert [page.width, page.height] == pytest.approx([210, 297], abs=0.2)
    assert [word.text for word in body] == ["国" * 28] * 22
    assert min(word.left for word in body) == pytest.approx(LEFT, abs=0.7)
    assert max(word.right for word in body) == pytest.approx(RIGHT, abs=0.9)
    assert [below.top - above.top for above, below in pairwise(body)] == [pytest.approx(LINE, abs=0.1)] * 21
    assert middle(body[0]) == pytest.approx(TOP + LINE / 2, abs=1.8)
    assert middle(body[-1]) == pytest.approx(BOTTOM - LINE / 2, abs=1.8)


def test_page_numbers_stand_outside_below_the_type_area(read: Read) -> None:
    for number, page in enumerate(read["grid"], start=1):
        foot = [word for word in page.words if word.top > BOTTOM]
        assert "".join(word.text for word in foot) == f"—{number}—"
        assert middle(foot[0]) == pytest.approx(BOTTOM + 7, abs=1)
        if number % 2:
            assert foot[-1].right == pytest.approx(RIGHT - 4.9, abs=0.5)
        else:
            assert foot[0].left == pytest.approx(LEFT + 4.9, abs=0.5)


def test_the_red_head_number_and_title_follow_each_other_as_the_standard_says(read: Read) -> None:
    page = read["notice"][0]
    mark, number = page.find("清河区人民政府办公室文件"), page.find("清政办发")
    title, addressees = page.find("关于"), page.find("各镇")
    assert mark.top == pytest.approx(TOP + 35, abs=4)
    assert (mark.left + mark.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=1)
    assert middle(number) - mark.bottom == pytest.approx(2.5 * LINE, abs=4)
    assert middle(title) - middle(number) == pytest.approx(3.2 * LINE, abs=4)
    assert addressees.left == pytest.approx(LEFT, abs=0.7)
    assert "清政办发〔2026〕3号" in page.rows


def test_a_paper_that_goes_upwards_names_who_signed_it_off(read: Read) -> None:
    page = read["upwards"][0]
    number, signer = page.find("清教"), page.find("签发人")
    assert middle(number) == pytest.approx(middle(signer), abs=1)
    assert number.left == pytest.approx(LEFT + 5.6, abs=0.7)
    assert page.find("李明").right == pytest.approx(RIGHT - 5.6, abs=1.2)
    assert page.find("特急").top < page.find("清河区教育体育局").top


def test_the_date_stands_four_characters_in_under_the_one_who_issues(read: Read) -> None:
    page = next(page for page in read["notice"] if "2026年4月2日" in page.text)
    row = [word for word in page.words if abs(middle(word) - middle(page.find("日"))) < 1]
    issuer = page.find("清河区人民政府办公室")
    assert "".join(word.text for word in row) == "2026年4月2日"
    assert row[-1].right == pytest.approx(RIGHT - 4 * 5.6, abs=1.5)
    assert (issuer.left + issuer.right) / 2 == pytest.approx((row[0].left + row[-1].right) / 2, abs=4)
    assert "附件：1．任务完成情况表" in page.text
    assert "（此件公开发布）" in page.text


def test_attachments_with_a_text_follow_on_their_own_page(read: Read) -> None:
    page = next(page for page in read["notice"] if page.rows[0] == "附件1")
    assert page.rows[1] == "任务完成情况表"
    assert "甲局" in page.text
    assert not any(page.rows[0] == "附件2" for page in read["notice"])


def test_the_imprint_stands_at_the_foot_of_the_last_page(read: Read) -> None:
    page = read["notice"][-1]
    assert page.rows[-2] == "清河区人民政府办公室2026年4月3日印发"
    assert page.find("抄送").top > BOTTOM - 40
    assert page.find("印发").bottom == pytest.approx(BOTTOM - 1, abs=2)


def test_a_pdf_has_its_imprint_on_an_even_page(by_pdf: dict[str, Path]) -> None:
    assert [len(pages(by_pdf[name])) % 2 for name in ("notice", "upwards", "world")] == [0, 0, 0]


def test_a_table_repeats_its_head_and_breaks_no_row(read: Read) -> None:
    plan = read["plan"]
    assert len(plan) > 2
    assert all([page.width, page.height] == pytest.approx([297, 210], abs=0.2) for page in plan)
    assert all("序号" in page.text and "工作任务" in page.text for page in plan)
    for number in range(1, 41):
        (page,) = (page for page in plan if f"起{number}甲" in page.text)
        assert f"讫{number}甲" in page.text


def test_places_to_sign_stand_side_by_side_and_every_page_has_its_code(made: dict[str, Path], read: Read) -> None:
    letter = read["letter"]
    page = letter[-1]
    first, second = page.find("甲方（盖章）"), page.find("乙方（盖章）")
    assert middle(first) == pytest.approx(middle(second), abs=0.5)
    assert first.right < (LEFT + RIGHT) / 2 < second.left + 1
    assert page.find("电子签署").top > page.find("签字").bottom
    assert all("清责〔2026〕12号" in page.text for page in letter)
    shown = pictures(made["letter"])
    assert [shown.count(number + 1) >= 1 for number in range(len(letter))] == [True] * len(letter)
    assert shown.count(len(letter)) >= 2, "code and drawn signature"
