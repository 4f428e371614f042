"""Which numbered items are tasks, who answers for them, by when, and what numbers they must reach."""

from typing import Any

import pytest

from tests.plans.papers import listed, numbering, paragraph, read, read_word, row
from tracker.plans.reader import read_text

HEAD = "云溪县2024年河湖整治方案\n一、工作任务\n"


def only_task(text: str) -> Any:
    """The one task of a text."""
    tasks = read(HEAD + text)["tasks"]
    assert len(tasks) == 1
    return tasks[0]


def answer(text: str) -> tuple[str | None, list[str]]:
    task = only_task(text)
    return task["lead_unit"], task["cooperating_units"]


# --- which items


def test_the_lowest_items_of_a_section_of_work_are_tasks() -> None:
    tasks = read(HEAD + "（一）清理河道\n1.排查河段。逐段登记。\n2.清理垃圾。\n（二）完善制度。修订办法。")["tasks"]

    assert [(task["number"], task["path"], task["line"]) for task in tasks] == [
        ("1", ["工作任务", "清理河道"], 4),
        ("2", ["工作任务", "清理河道"], 5),
        ("（二）", ["工作任务"], 6),
    ]


@pytest.mark.parametrize(
    "heading", ["指导思想", "基本原则", "工作目标", "保障措施", "组织实施", "工作要求", "基本情况", "总体要求"]
)
def test_other_sections_hold_no_tasks(heading: str) -> None:
    assert (
        read(f"云溪县方案\n一、{heading}\n（一）统一思想。提高认识。\n（二）到2026年，达标率达到95%。")["tasks"] == []
    )


def test_an_item_with_a_named_lead_is_a_task_wherever_it_stands() -> None:
    tasks = read("云溪县方案\n一、保障措施\n（一）落实经费。（牵头单位：县财政局）\n（二）加强宣传。")["tasks"]

    assert [(task["line"], task["lead_unit"]) for task in tasks] == [(3, "县财政局")]


def test_statistics_are_no_tasks() -> None:
    text = "云溪县2024年统计公报\n一、农业\n1.年末生猪存栏12.5万头，增长3.9%。\n2.全年粮食总产量17.6万吨。"
    assert read(text)["tasks"] == []


def test_without_a_section_called_tasks_headings_of_action_hold_them() -> None:
    tasks = read("云溪县意见\n一、总体要求\n坚持创新。\n二、优化政务服务\n（一）推行一窗受理。\n（二）压减材料。")[
        "tasks"
    ]

    assert [task["path"] for task in tasks] == [["优化政务服务"]] * 2


@pytest.mark.parametrize("number", ["1.", "1、", "（1）", "1）", "①", "1.1 ", "任务一：", "第一条 "])
def test_any_printed_number_counts(number: str) -> None:
    assert only_task(f"{number}清理河道。")["text"] == "清理河道。"


def test_a_year_after_a_number_is_not_part_of_the_number() -> None:
    assert only_task("2、2024年底，完成清理。")["number"] == "2"


# --- who


@pytest.mark.parametrize(
    "note",
    [
        "（牵头单位：县水利局；配合单位：县财政局、县住建局）",
        "（牵头部门：县水利局，参与部门：县财政局、县住建局）",
        "【主办单位：县水利局；协办单位：县财政局、县住建局】",
        "[县水利局牵头,县财政局、县住建局配合]",
        "（县水利局牵头，县财政局、县住建局按职责分工负责）",
        "由县水利局牵头，县财政局、县住建局配合。",
        "由县水利局牵头，会同县财政局、县住建局落实。",
        "牵头单位：县水利局  配合单位：县财政局、县住建局",
        "\n牵头单位：县水利局\n配合单位：县财政局、县住建局",
        "（责任单位：县水利局（牵头）、县财政局、县住建局）",
        "（县水利局、县财政局、县住建局，排名第一位为牵头单位，下同）",
        "县水利局牵头，县财政局、县住建局负责落实。",
    ],
)
def test_lead_and_cooperating_units_are_read_in_every_form(note: str) -> None:
    assert answer(f"1.清理河道。{note}") == ("县水利局", ["县财政局", "县住建局"])


def test_one_responsible_unit_leads() -> None:
    assert answer("1.清理河道。（责任单位：县水利局）") == ("县水利局", [])


@pytest.mark.parametrize(
    "note",
    [
        "（责任单位：县水利局、县财政局）",
        "县水利局、县财政局按职责分工负责。",
        "（县水利局、县财政局按职责分工负责）",
        "由县水利局、县财政局分别负责。",
        "由县水利局、县财政局分别负责河道、资金等工作。",
        "由县水利局、县财政局共同落实。",
    ],
)
def test_several_responsible_units_leave_the_lead_open_with_a_warning(note: str) -> None:
    found = read(HEAD + f"1.清理河道。{note}")

    assert (found["tasks"][0]["lead_unit"], found["tasks"][0]["cooperating_units"]) == (None, ["县水利局", "县财政局"])
    assert [warning["line"] for warning in found["warnings"]] == [3]


def test_the_first_named_rule_holds_for_later_items_too() -> None:
    tasks = read(HEAD + "1.清理。（县水利局、县财政局，排名第一位为牵头单位，下同）\n2.排查。（县住建局、县财政局）")[
        "tasks"
    ]

    assert [task["lead_unit"] for task in tasks] == ["县水利局", "县住建局"]


def test_a_default_clause_adds_its_units_to_every_later_item() -> None:
    tasks = read(
        HEAD + "1.清理。[县水利局牵头，各乡镇负责落实。以下均需各乡镇负责落实，不再列出]\n2.排查。[县住建局牵头]"
    )["tasks"]

    assert [task["cooperating_units"] for task in tasks] == [["各乡镇"], ["各乡镇"]]


def test_a_bracket_inside_a_unit_stays_with_it() -> None:
    assert answer("1.清理。（牵头单位：县水利局；配合单位：县财政局（国资办）、县住建局等）") == (
        "县水利局",
        ["县财政局（国资办）", "县住建局"],
    )


def test_units_whose_names_hold_an_and_are_one_unit() -> None:
    assert answer("1.清理。（牵头单位：县住房和城乡建设局；配合单位：县发展和改革委员会和县财政局）") == (
        "县住房和城乡建设局",
        ["县发展和改革委员会", "县财政局"],
    )


def test_an_aside_in_brackets_is_no_unit() -> None:
    assert answer("1.加强乡镇（街道）河道管护。") == (None, [])


def test_a_note_below_the_last_item_holds_for_all_its_siblings() -> None:
    tasks = read(HEAD + "（一）清理河道\n1.排查。\n2.清理。\n牵头单位：县水利局\n（二）完善制度\n1.修订。\n2.公示。")[
        "tasks"
    ]

    assert [task["lead_unit"] for task in tasks] == ["县水利局", "县水利局", None, None]


def test_a_note_below_the_last_item_is_its_own_where_a_sibling_tells_who_shares() -> None:
    tasks = read(HEAD + "1.排查。县住建局、县财政局按职责分工负责。\n2.清理。\n牵头单位：县水利局")["tasks"]

    assert [task["lead_unit"] for task in tasks] == [None, "县水利局"]


def test_an_owner_is_kept() -> None:
    assert only_task("1.清理河道。责任单位：县水利局；责任人：沈全")["owner"] == "沈全"


# --- when


@pytest.mark.parametrize(
    ("printed", "due_on"),
    [
        ("2024年6月30日前", "2024-06-30"),
        ("2024年6月底前", "2024-06-30"),
        ("6月底前", "2024-06-30"),
        ("年底前", "2024-12-31"),
        ("2025年底前", "2025-12-31"),
        ("2025年上半年", "2025-06-30"),
        ("2025年第三季度末", "2025-09-30"),
        ("2024年3月至8月", "2024-08-31"),
        ("2026年", "2026-12-31"),
    ],
)
def test_a_deadline_is_the_last_day_that_is_meant(printed: str, due_on: str) -> None:
    task = only_task(f"1.清理河道。（牵头单位：县水利局；完成时限：{printed}）")

    assert (task["due_on"], task["deadline_text"], task["cadence"]) == (due_on, printed, None)


@pytest.mark.parametrize("printed", ["2025年13月45日前", "2月30日前"])
def test_a_day_that_no_calendar_has_is_warned_of_in_prose_too(printed: str) -> None:
    text = f"澄江区供水保障工作方案\n\n一、工作步骤\n（一）准备阶段。区水利局须于{printed}完成摸底。\n"
    warnings = [(item.line, str(item.text)) for item in read_text(text).warnings]
    assert (4, f"“{printed}”不是有效日期，时限留空，请核对。") in warnings


@pytest.mark.parametrize("printed", ["9月前", "2025年9月前", "2025年前", "5年内", "秋季开学前"])
def test_a_deadline_that_leaves_the_day_open_is_null_with_a_warning(printed: str) -> None:
    found = read(HEAD + f"1.清理河道。（完成时限：{printed}）")

    assert (found["tasks"][0]["due_on"], found["tasks"][0]["deadline_text"]) == (None, printed)
    assert [warning["line"] for warning in found["warnings"]] == [3]


def test_a_month_without_a_year_stays_open_where_no_year_is_printed() -> None:
    found = read("云溪县方案\n一、工作任务\n1.清理河道，6月底前完成。")

    assert found["tasks"][0]["due_on"] is None
    assert [warning["line"] for warning in found["warnings"]] == [3]


@pytest.mark.parametrize(
    ("printed", "cadence"),
    [
        ("每月28日前", {"every": "month", "month": None, "day": 28}),
        ("每月底前", {"every": "month", "month": None, "day": "last"}),
        ("每季度末", {"every": "quarter", "month": None, "day": "last"}),
        ("每季度末（6月、9月、12月底）", {"every": "quarter", "month": None, "day": "last"}),
        ("每季度首月10日前", {"every": "quarter", "month": 1, "day": 10}),
        ("每年8月底前", {"every": "year", "month": 8, "day": "last"}),
        ("每年12月20日前", {"every": "year", "month": 12, "day": 20}),
        ("长期坚持", "continuous"),
        ("持续推进", "continuous"),
        ("常态化开展", "continuous"),
        ("集中征缴期内持续开展", "continuous"),
    ],
)
def test_what_recurs_has_a_cadence_and_no_date(printed: str, cadence: Any) -> None:
    task = only_task(f"1.清理河道。（完成时限：{printed}）")

    assert (task["due_on"], task["cadence"]) == (None, cadence)


def test_a_cadence_may_stand_in_the_sentence() -> None:
    assert only_task("1.各乡镇每月28日前报送台账。")["cadence"] == {"every": "month", "month": None, "day": 28}


def test_a_sentence_may_end_by_saying_that_it_lasts() -> None:
    assert only_task("1.做好灾情报送，不得瞒报。常态化执行。")["cadence"] == "continuous"


def test_what_recurs_first_and_ends_once_is_read_as_recurring_and_a_clerk_is_told() -> None:
    found = read(HEAD + "1.月报于每月5日前报送，年度报告于12月20日前形成。")

    assert found["tasks"][0]["cadence"] == {"every": "month", "month": None, "day": 5}
    assert found["tasks"][0]["due_on"] is None
    assert ["12月20日前" in warning["text"] for warning in found["warnings"]] == [True]


def test_running_on_is_no_cadence() -> None:
    assert only_task("1.持续推进河道清理。")["cadence"] is None


def test_years_of_the_past_are_no_deadlines() -> None:
    task = only_task("1.落实2016年生均经费基准，自2021年起实行，2022年底已建成平台。")

    assert (task["due_on"], task["deadline_text"]) == (None, None)


def test_of_several_dates_the_last_is_the_deadline_and_a_clerk_is_told() -> None:
    found = read(HEAD + "1.清理河道，2024年6月底前完成排查，2025年6月底前全面完成。")

    assert found["tasks"][0]["due_on"] == "2025-06-30"
    assert [warning["line"] for warning in found["warnings"]] == [3]


def test_a_heading_with_a_date_holds_for_its_items() -> None:
    tasks = read(HEAD + "（一）汛前准备（3月31日前完成）\n1.排查隐患。\n2.储备物资。")["tasks"]

    assert [task["due_on"] for task in tasks] == ["2024-03-31", "2024-03-31"]


# --- numbers


@pytest.mark.parametrize(
    ("printed", "quantity", "operator", "value", "unit"),
    [
        ("入学率不低于95%", "入学率", ">=", 95, "%"),
        ("入学率达到95%以上", "入学率", ">=", 95, "%"),
        ("合格率达到100%", "合格率", "=", 100, "%"),
        ("整改率100%", "整改率", "=", 100, "%"),
        ("班额不超过45人", "班额", "<=", 45, "人"),
        ("平均浓度控制在35微克/立方米以内", "平均浓度", "<=", 35, "微克/立方米"),
        ("审批时限压缩至0.5个工作日", "审批时限", "<=", 0.5, "个工作日"),
        ("用水总量控制在1.8亿立方米以内", "用水总量", "<=", 1.8, "亿立方米"),
        ("事故起数下降10%以上", "事故起数下降", ">=", 10, "%"),
        ("新建学校3所", "新建学校", "=", 3, "所"),
        ("绿化覆盖率≥38%", "绿化覆盖率", ">=", 38, "%"),
    ],
)
def test_every_number_to_be_reached_is_a_target(
    printed: str, quantity: str, operator: str, value: float, unit: str
) -> None:
    targets = only_task(f"1.抓好落实。{printed}。")["targets"]

    assert targets == [
        {"quantity": quantity, "scope": None, "operator": operator, "value": value, "unit": unit, "due_on": None}
    ]
    assert type(targets[0]["value"]) is type(value)


def test_targets_have_their_own_scope_and_date() -> None:
    targets = only_task("1.2024年年底，小学班额不超过45人，初中不超过50人。到2026年，小学、初中规模不超过2000人。")[
        "targets"
    ]

    assert [(item["quantity"], item["scope"], item["value"], item["due_on"]) for item in targets] == [
        ("班额", "小学", 45, "2024-12-31"),
        ("班额", "初中", 50, "2024-12-31"),
        ("规模", "小学、初中", 2000, "2026-12-31"),
    ]


def test_numbers_told_respectively_go_to_their_scopes() -> None:
    targets = only_task("1.小学、初中生均教室面积分别达到4.5平方米以上、5.8平方米以上。")["targets"]

    assert [(item["scope"], item["value"]) for item in targets] == [("小学", 4.5), ("初中", 5.8)]


def test_rules_of_reckoning_and_conditions_are_no_targets() -> None:
    assert only_task("1.不足100人的学校按照不低于100人核定公用经费。")["targets"] == []


def test_a_share_is_measured_by_what_it_is_spent_on() -> None:
    target = only_task("1.按照不低于年度公用经费总额的5%用于教师培训经费。")["targets"][0]

    assert (target["quantity"], target["operator"], target["value"]) == ("教师培训经费", ">=", 5)


# --- tables


def test_a_word_table_with_merged_cells_gives_a_task_a_row() -> None:
    found = read_word(
        paragraph("云溪县2024年任务分解表")
        + "<w:tbl>"
        + row("序号", "类别", "工作任务", "牵头单位", "配合单位", "完成时限")
        + row("1", "vMerge=restart|水质", "治理排污口12个", "县水利局", "县住建局", "6月底前")
        + row("2", "vMerge|", "完善管网", "县住建局", "", "长期坚持")
        + row("gridSpan=6|保障")
        + row("3", "保障", "落实经费", "县财政局", "各乡镇", "每季度末")
        + "</w:tbl>"
    )["tasks"]

    assert [(task["number"], task["path"], task["line"]) for task in found] == [
        ("1", ["水质"], 3),
        ("2", ["水质"], 4),
        ("3", ["保障"], 6),
    ]
    assert found[0]["due_on"] == "2024-06-30"
    assert found[0]["targets"][0]["value"] == 12
    assert (found[1]["cooperating_units"], found[1]["cadence"]) == ([], "continuous")


@pytest.mark.parametrize("blank", ["\t", "    ", " | "])
def test_a_table_flattened_to_columns_is_read(blank: str) -> None:
    rows = [["序号", "主要任务", "责任单位", "完成时限"], ["1", "清理河道", "县水利局", "6月底前"]]
    tasks = read("云溪县2024年任务清单\n" + "\n".join(blank.join(cells) for cells in rows))["tasks"]

    assert [(task["text"], task["lead_unit"], task["due_on"], task["line"]) for task in tasks] == [
        ("清理河道", "县水利局", "2024-06-30", 3)
    ]


def test_a_table_flattened_to_one_cell_a_line_is_read() -> None:
    cells = [
        "序号",
        "主要任务",
        "责任单位",
        "完成时限",
        "1",
        "清理河道，完善制度",
        "县水利局",
        "6月底前",
        "2",
        "排查",
        "县住建局",
        "9月底前",
    ]
    tasks = read("云溪县2024年任务清单\n" + "\n".join(cells))["tasks"]

    assert [(task["number"], task["lead_unit"], task["line"]) for task in tasks] == [
        ("1", "县水利局", 6),
        ("2", "县住建局", 10),
    ]


def test_a_row_that_does_not_fit_its_table_is_a_warning() -> None:
    found = read("云溪县2024年任务清单\n序号\t主要任务\t责任单位\t完成时限\n1\t清理\t县水利局\t6月底前\n2\t排查")

    assert len(found["tasks"]) == 1
    assert [warning["line"] for warning in found["warnings"]] == [4]


def test_automatic_numbers_of_word_count_as_printed() -> None:
    found = read_word(
        paragraph("云溪县方案")
        + listed("工作任务", 0)
        + listed("清理河道", 1)
        + listed("排查。", 2)
        + listed("清理。", 2)
        + listed("完善制度", 1)
        + listed("修订。", 2),
        numbering=numbering(("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3.")),
    )

    assert [(task["number"], task["path"]) for task in found["tasks"]] == [
        ("1", ["工作任务", "清理河道"]),
        ("2", ["工作任务", "清理河道"]),
        ("1", ["工作任务", "完善制度"]),
    ]


def test_a_list_may_begin_at_another_number() -> None:
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="4"/></w:lvlOverride>'
    found = read_word(
        paragraph("云溪县方案") + paragraph("一、工作任务") + listed("清理。", 0),
        numbering=numbering(("decimal", "%1."), override=override),
    )

    assert [task["number"] for task in found["tasks"]] == ["4"]


def test_labels_below_a_heading_hold_for_the_items_below_it() -> None:
    found = read_text(
        "某市攻坚行动方案\n一、主要任务\n（一）产业链招商\n牵头单位：市工信局\n责任单位：市商务局、市投促中心\n"
        "1．编制招商图谱，2025年4月底前完成；\n2．6月30日前签约项目3个。\n"
    )

    assert [(task.number, task.lead_unit, task.cooperating_units) for task in found.tasks] == [
        ("1", "市工信局", ("市商务局", "市投促中心")),
        ("2", "市工信局", ("市商务局", "市投促中心")),
    ]


def test_a_year_of_the_past_does_not_spread_to_the_dates_behind_it() -> None:
    found = read_text(
        "某区2022年重点任务清单\n一、主要任务\n（一）线索清仓。对2021年以来未办结线索，6月底前核查完成。\n"
        "（二）建章立制。\n"
    )

    assert [str(task.due_on) for task in found.tasks] == ["2022-06-30", "None"]


def test_a_working_group_with_a_lead_unit_only_is_no_task() -> None:
    found = read_text(
        "某市攻坚行动方案\n一、组织领导\n成立某市攻坚行动指挥部。\n（1）综合协调专班。牵头单位：市委办。\n"
        "二、主要任务\n（1）编制图谱。牵头单位：市工信局。\n（2）签约项目。牵头单位：市商务局。\n"
    )

    assert [task.lead_unit for task in found.tasks] == ["市工信局", "市商务局"]


def test_numbered_work_inside_a_stage_is_a_task_when_somebody_leads_it() -> None:
    found = read_text(
        "某镇2023年整治方案\n一、整治任务及时间安排\n（一）第一阶段：6月5日-6月30日，宣传动员。\n"
        "（二）第二阶段：7月1日-10月31日，集中整治。\n1、整治隐患路段。由经发办牵头，规建办配合，8月底前完成。\n"
    )

    assert [(task.lead_unit, task.cooperating_units) for task in found.tasks] == [("经发办", ("规建办",))]
    assert [phase.name for phase in found.phases] == ["第一阶段：宣传动员", "第二阶段：集中整治"]
