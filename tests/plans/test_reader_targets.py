"""Numbers that are to be reached or kept within, how long an act may take, and numbers that are neither."""

from typing import Any

import pytest

from tests.plans.papers import paragraph, read, read_word, row

HEAD = "云溪县2024年河湖整治方案\n一、工作任务\n1.抓好落实。"


def targets(text: str) -> list[tuple[Any, ...]]:
    """Scope, quantity, operator, value and unit of the targets of one task."""
    tasks = read(HEAD + text)["tasks"]
    assert len(tasks) == 1
    return [
        (item["scope"], item["quantity"], item["operator"], item["value"], item["unit"]) for item in tasks[0]["targets"]
    ]


def dated(text: str) -> list[tuple[float, str | None]]:
    tasks = read(HEAD + text)["tasks"]
    return [(item["value"], item["due_on"]) for item in tasks[0]["targets"]]


# --- how long an act may take


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("一般故障24小时内修复。", ("一般故障", "修复", "<=", 24, "小时")),
        ("信访投诉3个工作日内答复。", ("信访投诉", "答复", "<=", 3, "个工作日")),
        ("应当在派单后2个工作小时内签收。", ("派单后", "签收", "<=", 2, "个工作小时")),
        ("群众来电15秒内接听。", ("群众来电", "接听", "<=", 15, "秒")),
        ("问题上报后15日内处置到位。", ("问题上报后", "处置到位", "<=", 15, "日")),
        ("文件印发后3个工作日内发布解读材料。", ("文件印发后", "发布解读材料", "<=", 3, "个工作日")),
        ("对违规用火行为24小时内立案。", ("违规用火行为", "立案", "<=", 24, "小时")),
        ("出警时间不超过2小时。", (None, "出警时间", "<=", 2, "小时")),
        ("投诉办结时限3个工作日内。", (None, "投诉办结时限", "<=", 3, "个工作日")),
    ],
)
def test_how_long_an_act_may_take_is_a_target(text: str, found: tuple[Any, ...]) -> None:
    assert targets(text) == [found]


def test_several_times_allowed_stand_in_one_sentence() -> None:
    assert targets("突发险情30分钟内电话报告、1小时内书面报告。") == [
        ("突发险情", "电话报告", "<=", 30, "分钟"),
        (None, "书面报告", "<=", 1, "小时"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "实行24小时值班和领导带班制度。",
        "公布24小时服务热线，8小时以外保持通讯畅通。",
        "24小时内降雨的地区加密巡查。",
        "近30日内发生的案件逐一核查。",
        "3日内未整改的，予以通报。",
        "自印发之日起30日内制定细则。",
        "本方案印发后10日内制定细则。",
        "在法定工作日内办理。",
    ],
)
def test_spans_of_time_and_conditions_are_no_time_allowed(text: str) -> None:
    assert targets(text) == []


def test_a_rate_within_a_time_is_the_rate_alone() -> None:
    assert [item[2:] for item in targets("新生儿出生后90日内参保登记率达到95%以上。")] == [(">=", 95, "%")]


def test_time_allowed_for_a_case_is_no_deadline_of_the_task() -> None:
    found = read(HEAD + "自收到举报之日起2个工作日内开展核查。")

    assert found["tasks"][0]["deadline_text"] is None
    assert found["warnings"] == []


# --- counts and rates


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("补贴标准不低于92元/亩·年。", (None, "补贴标准", ">=", 92, "元/亩·年")),
        ("按照不低于15元/人·年的标准安排维修养护经费。", (None, "维修养护经费", ">=", 15, "元/人·年")),
        ("抽检量达到5批次/千人。", (None, "抽检量", ">=", 5, "批次/千人")),
        ("监测频次达到12次/年。", (None, "监测频次", ">=", 12, "次/年")),
        ("发放宣传资料1.5万份。", (None, "发放宣传资料", "=", 1.5, "万份")),
        ("检查经营主体不少于1500户次。", (None, "检查经营主体", ">=", 1500, "户次")),
        ("新建市政消火栓500具。", (None, "新建市政消火栓", "=", 500, "具")),
        ("新建牛岭、大坪2座千吨水厂。", (None, "新建千吨水厂", "=", 2, "座")),
        ("每村组建不少于10人的抢险小分队。", ("每村", "组建抢险小分队", ">=", 10, "人")),
        ("组建30人以上的应急突击队。", (None, "组建应急突击队", ">=", 30, "人")),
        ("各单位配备不少于2名专职人员。", ("单位", "配备专职人员", ">=", 2, "名")),
        ("对供水工程每月检测1次。", ("对供水工程", "每月检测", "=", 1, "次")),
        ("对办结工单100%回访。", ("对办结工单", "回访", "=", 100, "%")),
        ("抽检任务6月底前完成50%。", (None, "抽检任务完成", "=", 50, "%")),
    ],
)
def test_counts_and_rates_have_their_units(text: str, found: tuple[Any, ...]) -> None:
    assert targets(text) == [found]


def test_two_things_of_one_act_are_two_targets() -> None:
    assert targets("完成30处公共场所坡道和22座公共厕所厕位改造。") == [
        (None, "完成公共场所坡道", "=", 30, "处"),
        (None, "完成公共厕所厕位改造", "=", 22, "座"),
    ]


def test_money_for_each_has_its_own_scope() -> None:
    assert targets("对先进村给予基本农田20元/亩·年、一般耕地10元/亩·年的奖补。") == [
        ("基本农田", "奖补", "=", 20, "元/亩·年"),
        ("一般耕地", "奖补", "=", 10, "元/亩·年"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "被通报2次以上的乡镇由县水利局约谈。",
        "对2022年建成的5座泵站维修更新。",
        "落实《云溪县2021年行动方案》确定的12项任务。",
        "对2023年度考核末位的3个村重点督导。",
    ],
)
def test_conditions_and_what_is_there_already_are_no_targets(text: str) -> None:
    assert targets(text) == []


# --- by when


def test_a_year_that_opens_a_clause_is_the_date_of_its_number() -> None:
    assert dated("推广安装报警器3万只，2024年安装8000只，2025年安装12000只。") == [
        (3, None),
        (8000, "2024-12-31"),
        (12000, "2025-12-31"),
    ]


def test_a_date_between_a_rate_and_its_number_is_no_part_of_the_name() -> None:
    tasks = read(HEAD + "缴费率10月31日前达到40%，11月30日前达到75%，年底达到97%。")["tasks"]

    assert [(item["quantity"], item["value"], item["due_on"]) for item in tasks[0]["targets"]] == [
        ("缴费率", 40, "2024-10-31"),
        ("缴费率", 75, "2024-11-30"),
        ("缴费率", 97, "2024-12-31"),
    ]


def test_half_of_the_year_is_a_date_until_the_whole_year_is_spoken_of() -> None:
    assert dated("上半年走访率不低于50%，全年走访率达到100%。") == [(50, "2024-06-30"), (100, None)]


def test_what_is_to_be_reached_in_all_by_a_later_year_has_that_date() -> None:
    assert dated("2024年恢复耕地3200亩，到2027年累计恢复耕地9000亩。") == [(3200, "2024-12-31"), (9000, "2027-12-31")]


# --- columns of targets


def test_a_column_of_targets_below_a_head_of_two_rows_is_read() -> None:
    found = read_word(
        paragraph("云溪县2024年任务清单")
        + "<w:tbl>"
        + row("序号", "重点任务", "量化目标", "责任分工", "责任分工", "完成时限")
        + row("序号", "重点任务", "量化目标", "牵头单位", "配合单位", "完成时限")
        + row("1", "恢复耕地", "秸秆还田率达到90%以上", "县农业农村局", "各乡镇", "10月底前")
        + "</w:tbl>"
    )["tasks"]

    assert [(task["lead_unit"], task["cooperating_units"], task["due_on"]) for task in found] == [
        ("县农业农村局", ["各乡镇"], "2024-10-31")
    ]
    assert [(item["quantity"], item["value"]) for item in found[0]["targets"]] == [("秸秆还田率", 90)]


@pytest.mark.parametrize(
    ("value", "found"), [("≥90%", (">=", 90, "%")), ("22座", ("=", 22, "座")), ("不超过3天", ("<=", 3, "天"))]
)
def test_a_bare_value_is_measured_by_the_name_beside_it(value: str, found: tuple[Any, ...]) -> None:
    tasks = read_word(
        paragraph("云溪县2024年任务清单")
        + "<w:tbl>"
        + row("序号", "指标名称", "指标值", "责任单位")
        + row("1", "公厕改造", value, "县住建局")
        + "</w:tbl>"
    )["tasks"]

    assert [(item["quantity"], item["operator"], item["value"], item["unit"]) for item in tasks[0]["targets"]] == [
        ("公厕改造", *found)
    ]


def test_columns_headed_by_years_give_each_year_its_target() -> None:
    found = read_word(
        paragraph("云溪县2024年任务清单")
        + "<w:tbl>"
        + row("序号", "指标名称", "单位", "2023年基础值", "2024年目标值", "2026年目标值", "牵头单位")
        + row("1", "供水普及率", "%", "91", "94", "≥97", "县水利局")
        + row("2", "污染事故", "", "7起", "≤5起", "—", "县水利局")
        + "</w:tbl>"
    )["tasks"]

    assert [
        [(item["quantity"], item["operator"], item["value"], item["unit"], item["due_on"]) for item in task["targets"]]
        for task in found
    ] == [
        [("供水普及率", ">=", 94, "%", "2024-12-31"), ("供水普及率", ">=", 97, "%", "2026-12-31")],
        [("污染事故", "<=", 5, "起", "2024-12-31")],
    ]


def test_years_may_stand_in_the_lower_row_of_a_head_and_the_measure_in_a_column() -> None:
    found = read_word(
        paragraph("云溪县2024年任务清单")
        + "<w:tbl>"
        + row("序号", "重点任务", "计量单位", "目标值", "目标值", "责任单位")
        + row("序号", "重点任务", "计量单位", "2024年", "2025年", "责任单位")
        + row("1", "新增灌溉面积", "万亩", "1.2", "3.5", "县水利局")
        + "</w:tbl>"
    )["tasks"]

    assert [(item["quantity"], item["value"], item["unit"], item["due_on"]) for item in found[0]["targets"]] == [
        ("新增灌溉面积", 1.2, "万亩", "2024-12-31"),
        ("新增灌溉面积", 3.5, "万亩", "2025-12-31"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "满足7日内群众基本生活需要。",
        "7月10日至15日内完成报名。",
        "1个月内完成自查。",
        "2023年已培训1.2万人次。",
        "严格执行“1小时报告、24小时闭环”机制。",
        "学生离校2小时内未到家的，家长应立即报告。",
    ],
)
def test_supplies_spans_and_what_was_done_are_no_targets(text: str) -> None:
    assert targets(text) == []
