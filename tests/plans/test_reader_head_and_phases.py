"""Head and foot of a document, and its dated stages."""

from typing import Any

import pytest

from tests.plans.papers import read


def test_head_and_foot_are_read() -> None:
    found = read(
        "云溪县人民政府办公室\n关于印发云溪县河湖长制实施方案的通知\n云政办发〔2024〕7号\n各乡镇人民政府：\n"
        "现将方案印发给你们，请认真贯彻执行。\n云溪县人民政府办公室\n2024年3月5日\n云溪县河湖长制实施方案\n一、总体要求\n坚持生态优先。\n"
    )

    assert (found["title"], found["region"]) == ("云溪县河湖长制实施方案", "云溪县")
    assert (found["issuer"], found["issued_on"]) == ("云溪县人民政府办公室", "2024-03-05")
    assert found["document_number"] == "云政办发〔2024〕7号"


def test_two_issuers_are_joined_and_a_han_date_is_read() -> None:
    found = read("云溪县实施方案\n一、目标\n争先。\n云溪县教育局　云溪县财政局\n二〇二四年三月二十五日")

    assert (found["issuer"], found["issued_on"]) == ("云溪县教育局、云溪县财政局", "2024-03-25")


def test_what_the_text_does_not_give_is_null() -> None:
    found = read("工作要点\n一、任务\n1.清理河道。")

    assert [found[name] for name in ("region", "issuer", "document_number", "issued_on")] == [None] * 4
    assert found["group"] == {"name": None, "office_unit": None, "office_director": None, "seats": []}


@pytest.mark.parametrize(
    ("printed", "starts_on", "ends_on"),
    [
        ("（2024 年 3 月-2024 年 5 月）", "2024-03-01", "2024-05-31"),
        ("（2024年3月至5月）", "2024-03-01", "2024-05-31"),
        ("（2024年3月1日—15日）", "2024-03-01", "2024-03-15"),
        ("（2024年至2026年）", "2024-01-01", "2026-12-31"),
        ("（2024—2026年）", "2024-01-01", "2026-12-31"),
        ("（2024年3月以后）", "2024-03-01", None),
        ("（即日起至2024年3月底）", None, "2024-03-31"),
        ("（2024年上半年）", "2024-01-01", "2024-06-30"),
        ("（2024年第二季度）", "2024-04-01", "2024-06-30"),
        ("（2024.3—2024.6）", "2024-03-01", "2024-06-30"),
        ("（二〇二四年二月）", "2024-02-01", "2024-02-29"),
        ("（2023年11月—次年3月）", "2023-11-01", "2024-03-31"),
        ("（2024年底前）", None, "2024-12-31"),
        ("：2024年3月上旬", "2024-03-01", "2024-03-10"),
    ],
)
def test_a_stage_has_the_dates_that_are_printed(printed: str, starts_on: str | None, ends_on: str | None) -> None:
    found = read(f"云溪县方案\n一、实施步骤\n（一）动员部署阶段{printed}。召开会议。\n（二）总结（2027年）。总结经验。")

    first = found["phases"][0]
    assert (first["name"], first["starts_on"], first["ends_on"], first["line"]) == (
        "动员部署阶段",
        starts_on,
        ends_on,
        3,
    )
    assert found["tasks"] == []


def test_an_ambiguous_end_is_left_open_and_warned_of() -> None:
    found = read(
        "云溪县方案\n一、实施步骤\n（一）动员阶段（2024年9月前）\n开会。\n（二）总结阶段（2024年12月）\n总结。"
    )

    assert found["phases"][0]["ends_on"] is None
    assert [warning["line"] for warning in found["warnings"]] == [3]


def test_a_year_left_out_comes_from_the_title() -> None:
    found = read("云溪县2024年整治方案\n一、工作步骤\n1.动员（3月1日至3月15日）。开会。\n2.整治（4月至10月）。清理。")

    assert [phase["ends_on"] for phase in found["phases"]] == ["2024-03-15", "2024-10-31"]


def test_stages_may_be_told_in_one_paragraph() -> None:
    found = read(
        "云溪县方案\n一、组织实施\n（一）分步推进。第一阶段为试点阶段，自2024年7月至12月，选点先行；"
        "第二阶段为推广阶段，自2025年1月至2026年12月，全面铺开。"
    )

    assert [(phase["name"], phase["ends_on"]) for phase in found["phases"]] == [
        ("试点阶段", "2024-12-31"),
        ("推广阶段", "2026-12-31"),
    ]


def test_sentences_of_a_stage_are_suggestions_with_unit_and_stage() -> None:
    found = read(
        "云溪县方案\n一、实施步骤\n（一）自查（2024年3月）\n县水利局对河道进行排查，形成清单。\n（二）整改（2024年4月）\n逐项整改。"
    )

    assert found["suggestions"][0] == {
        "text": "县水利局对河道进行排查，形成清单。",
        "unit": "县水利局",
        "phase": "自查",
        "line": 4,
    }


def test_prose_that_obliges_a_unit_is_a_suggestion_and_not_a_task() -> None:
    found = read("云溪县方案\n一、工作要求\n（一）落实责任。各乡镇要切实履行属地责任。\n（二）营造氛围。氛围浓厚。")

    assert [item["unit"] for item in found["suggestions"]] == ["各乡镇"]
    assert found["tasks"] == []


def lines(found: Any) -> list[int]:
    return [task["line"] for task in found["tasks"]]


def test_lines_broken_by_a_page_keep_their_numbers() -> None:
    found = read("云溪县方案\n一、工作任务\n1.清理河道，完善管护制度，落\n\n— 3 —\n\n实管护责任。\n2.排查隐患。")

    assert lines(found) == [3, 8]
    assert found["tasks"][0]["text"] == "清理河道，完善管护制度，落实管护责任。"
