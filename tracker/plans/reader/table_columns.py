"""The head cells of tables, and the columns that they name."""

import re

from .responsible_labels import LABELS

_COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (key, re.compile(f"^(?:{words})$"))
    for key, words in (
        ("number", r"序号|编号|项次|序|NO\.?|No\.?"),
        ("name", r"姓名|人员|人员姓名|责任人姓名"),
        (
            "role",
            (
                r"(?:组内|小组|领导小组|指挥部|联席会议|专班|本组|担任|拟任|在(?:领导小组|小组|组)中?)(?:内)?(?:职务|"
                r"职责|分工|任职|角色)|担任职务|拟任职务|组成|组别职务|领导小组职务|小组分工|类别职务|工作组职务|"
                r"机构职务"
            ),
        ),
        (
            "post",
            (
                r"(?:单位及|单位和|工作单位及|所在单位及|现任|行政|单位|党政|本职|现|工作单位与|单位与)职务|职务|"
                r"所任职务|单位职务|职务职级|单位、职务|单位（职务）"
            ),
        ),
        ("phone", r"(?:联系)?(?:电话|方式)|手机(?:号码)?|联系电话|办公电话"),
        ("phase", r"阶段|工作阶段|实施阶段|步骤|阶段名称|阶段划分"),
        ("lead", LABELS["lead"]),
        ("coop", LABELS["coop"]),
        ("leader", LABELS["leader"]),
        ("owner", LABELS["owner"]),
        ("deadline", LABELS["deadline"] + r"|完成时间（时限）|时间|起止时间|完成年限|节点|截止时间|截止日期"),
        ("responsible", LABELS["responsible"]),
        ("member_unit", r"单位|工作单位|成员单位|所在单位|单位名称|部门"),
        (
            "category",
            (
                r"类别|任务类别|分类|领域|板块|工作类别|大项|一级指标|重点领域|方面|工作板块|项目类别|任务分类|"
                r"工作领域|任务类型|类型"
            ),
        ),
        (
            "task",
            (
                r"(?:重点|主要|工作|目标|具体|年度|分解|整改|创建|改革|整治)*任务(?:内容|名称|事项|要点|分解)?|任务|"
                r"(?:工作|重点|主要)?(?:内容|事项|项目|工作|要点)|(?:整治|检查|整改|测评|创建|考核)(?:内容|事项|项目|"
                r"问题)|(?:项目|工程|事项|措施|举措|指标)名称|攻坚(?:项目|任务|内容)|存在问题|具体内容|重点工作任务|工作任务及要求|指标内容|措施内容"
            ),
        ),
        (
            "detail",
            (
                r"(?:细化|具体|工作|整改|主要|重点|推进|实施|任务|落实)*(?:措施|举措)|工作要求|具体要求|具体工作|"
                r"(?:主要)?建设(?:内容|任务)(?:及规模)?|工作内容及要求|任务举措|工作打算|落实举措|细化内容|工作举措"
            ),
        ),
        (
            "standard",
            (
                r"(?:完成|工作|验收|质量|年度|预期|量化|绩效|具体|主要|阶段性?|考核)*(?:目标|标准)(?:要求|任务|值)?|"
                r"(?:量化|年度|绩效|考核|主要|目标|工作|具体|任务|预期)*指标(?:要求|值)?|预期成效|成果形式|工作成果|目标任务值|完成情况要求"
            ),
        ),
        ("measure", r"(?:计量|度量)单位"),
        ("remark", r"备注|说明|进展|进展情况|完成情况|落实情况|形象进度"),
    )
)


_YEAR = re.compile(r"(?P<y>(?:19|20)\d{2})年度?[底末]?(?:目标|计划|任务|指标)?[值数量]?")


def year_column(cell: str) -> str | None:
    """The column of what is to be reached in one year: 2025年, 2027年底目标值."""
    found = _YEAR.fullmatch(re.sub(r"\s+", "", cell))
    return "year" + found["y"] if found else None


def column_of(cell: str) -> str | None:
    """The column that a head cell names."""
    bare = re.sub(r"\s+", "", cell).strip("：:")
    if not bare or len(bare) > 14:
        return None
    bare = bare.replace("(", "（").replace(")", "）")
    for key, pattern in _COLUMNS:
        if pattern.match(bare):
            return key
    return None
