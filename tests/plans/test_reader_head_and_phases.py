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


# --- a paper for next year


def due_dates(title: str, issued_on: str, *printed: str) -> list[str | None]:
    """The due dates of tasks with these deadlines in a paper with this title and date."""
    items = "".join(f"{number}.抓好落实，{text}完成。\n" for number, text in enumerate(printed, 1))
    return [task["due_on"] for task in read(f"{title}\n一、工作任务\n{items}云溪县人民政府\n{issued_on}")["tasks"]]


def test_days_ahead_in_the_year_of_issue_belong_to_it() -> None:
    assert due_dates(
        "云溪县2026年度居民医保征缴实施方案",
        "2025年9月10日",
        "9月20日前",
        "12月底前",
        "年底前",
        "1月15日前",
        "明年2月底前",
    ) == ["2025-09-20", "2025-12-31", "2025-12-31", "2026-01-15", "2026-02-28"]


def test_a_plan_that_comes_out_in_december_speaks_of_its_own_year() -> None:
    assert due_dates("云溪县2026年工作要点", "2025年12月20日", "3月底前", "12月底前", "年底前") == [
        "2026-03-31",
        "2026-12-31",
        "2026-12-31",
    ]


def test_a_plan_of_the_same_year_is_read_as_before() -> None:
    assert due_dates("云溪县2025年实施方案", "2025年9月10日", "3月底前", "明年3月底前") == ["2025-03-31", "2026-03-31"]


@pytest.mark.parametrize(
    "past",
    ["对2023年度考核末位的乡镇，", "落实《云溪县2022年行动方案》，", "巩固2021年创建成果，", "对2020年投用的泵站，"],
)
def test_years_in_names_of_what_is_past_neither_date_a_task_nor_spread(past: str) -> None:
    assert due_dates(
        "云溪县2025年实施方案", "2025年2月10日", f"{past}逐项整改，6月底前", past + "逐项整改。长期坚持"
    ) == [
        "2025-06-30",
        None,
    ]


@pytest.mark.parametrize(
    ("sentence", "unit"),
    [
        ("各村（社区）每月25日前将工作情况报指挥部办公室。", "各村（社区）"),
        ("各承办单位主要负责人是第一责任人，每月至少督办1件。", "各承办单位主要负责人"),
        ("县财政局将创建工作经费纳入年度预算。", "县财政局"),
        ("各社区（村）党组织书记要亲自抓、负总责。", "各社区（村）党组织书记"),
        ("各社区（村）不得代收现金。", "各社区（村）"),
        ("各成员单位确定1名联络员，名单报办公室。", "各成员单位"),
        ("对整改不力的，由县纪委监委依规依纪追究责任。", "县纪委监委"),
        ("各乡镇3月20日前完成摸底。", "各乡镇"),
    ],
)
def test_prose_of_the_last_section_obliges_in_many_words(sentence: str, unit: str) -> None:
    found = read(f"云溪县方案\n一、工作要求\n（一）严格落实。{sentence}\n（二）营造氛围。氛围浓厚。")

    assert [item["unit"] for item in found["suggestions"]] == [unit]
    assert found["tasks"] == []
