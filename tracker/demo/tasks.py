"""What is to be done in 清澜区, and how far each matter has come: the table behind the story.

Days count from today; a scene of scenes.py tells how a task got where it is.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Matter:
    """A task entered by hand: title, lead, due day from today (None: continuous), scene, who cooperates, and steps."""

    title: str
    lead: str
    due: int | None
    scene: str
    cooperating: tuple[str, ...] = ()
    steps: tuple[tuple[str, int], ...] = ()


PLAN_SCENES = {
    "1": "done",
    "2": "overdue_explained",
    "3": "overdue_urged",
    "4": "split",
    "5": "active",
    "6": "active",
    "7": "extended",
    "8": "extension_asked",
    "9": "active",
    "10": "submitted",
    "11": "overdue",
    "12": "active",
    "13": "coordination",
    "14": "overdue_rectify",
    "15": "active",
    "16": "active",
    "17": "returned",
    "18": "active",
    "19": "active",
    "20": "done_late",
    "21": "done",
    "22": "active",
    "23": "active",
    "24": "drafted_report",
}
"""Scene of each measure of the plan, by its number."""

BY_HAND = (
    Matter("编制学校课桌椅更新清单", "区教育局", -45, "done"),
    Matter("拨付第一批公用经费", "区财政局", -70, "done"),
    Matter("拨付第二批公用经费", "区财政局", -32, "done_late"),
    Matter("拨付第三批公用经费", "区财政局", 6, "active"),
    Matter("核查教师绩效工资发放情况", "区人社局", -40, "done"),
    Matter("组织秋季教师招聘面试", "区人社局", -18, "done", ("区教育局",)),
    Matter("完成新进教师入编手续", "区委编办", 12, "active", ("区人社局",)),
    Matter("下达学校建设项目年度投资计划", "区发改局", -55, "done"),
    Matter("争取省级教育现代化专项资金", "区发改局", -6, "overdue", ("区财政局", "区教育局")),
    Matter("开展校园食堂食品安全抽检", "区市场监管局", -25, "done"),
    Matter("整治校门口占道经营", "区城管局", 4, "active", ("区公安分局",)),
    Matter("更新学校周边交通标志标线", "区公安分局", -2, "overdue_urged"),
    Matter("验收望江小学运动场", "区住建局", -30, "done_late", ("区文旅体局",)),
    Matter("完成第二初级中学抗震加固", "区住建局", 27, "active"),
    Matter("办理滨江中学用地规划许可", "区自然资源局", 9, "returned"),
    Matter("核实农村寄宿制学校用地权属", "区自然资源局", 44, "suspended"),
    Matter("建立留守儿童信息台账", "区民政局", -12, "done", ("云溪镇", "白鹭镇")),
    Matter("开展困境儿童走访", "区民政局", 15, "submitted"),
    Matter("审计教育附加使用情况", "区审计局", -8, "submitted_late"),
    Matter("公布中小学招生服务区", "区教育局", -58, "done"),
    Matter("完成学籍信息核对", "区教育局", -16, "done_late"),
    Matter("开展教师信息技术应用能力培训", "区教育局", 19, "active"),
    Matter("制定课后服务收费监管办法", "区教育局", -5, "overdue", ("区发改局", "区市场监管局")),
    Matter("建设教育数据共享接口", "区数据局", 33, "active", ("区教育局",)),
    Matter("清理校园网络安全隐患", "区数据局", 1, "active"),
    Matter("落实云溪镇中心小学征地", "云溪镇", -11, "overdue_urged", ("区自然资源局",)),
    Matter("修缮柳岸小学通学道路", "云溪镇", 21, "active"),
    Matter("排查辍学风险学生", "白鹭镇", -20, "done"),
    Matter("整治石桥小学周边环境", "白鹭镇", 3, "active", ("区城管局",)),
    Matter("协调朝阳小学周边停车位", "清澜街道办事处", 40, "cancelled"),
    Matter("开展社区家庭教育指导", "清澜街道办事处", 13, "active"),
    Matter("拍摄优质均衡专题片", "区委宣传部", 60, "active", ("区融媒体中心",)),
    Matter("落实乡村教师周转宿舍用地", "区自然资源局", -37, "overdue", ("白鹭镇",)),
    Matter("更换农村学校老旧供水管网", "白鹭镇", -27, "overdue"),
    Matter("开展质量监测数据核查", "区人民政府教育督导室", -3, "submitted"),
    Matter("组织责任督学挂牌督导", "区人民政府教育督导室", 25, "active"),
    Matter(
        "建设第一小学综合楼",
        "区住建局",
        400,
        "step_done",
        steps=(("完成施工图审查", -30), ("主体结构封顶", 150), ("竣工验收", 380)),
    ),
    Matter(
        "分批改造农村学校供暖设施",
        "区发改局",
        390,
        "active",
        steps=(("批复改造方案", -2), ("完成首批五所学校改造", 150), ("完成其余学校改造", 360)),
    ),
)
"""Tasks of later batches, most of them long under way."""

LATEST = (
    Matter("编制年度学校建设用款计划", "区财政局", 18, "issued", ("区教育局",)),
    Matter("报送教师编制使用情况", "区委编办", 10, "issued"),
    Matter("报送义务教育学校用电安全检查情况", "区应急管理局", 14, "issued"),
    Matter("完善校园周边巡逻机制", "区公安分局", 20, "adjustment_asked"),
    Matter("制定白鹭镇初级中学食堂改造方案", "白鹭镇", 30, "accepted"),
)
"""Signed off two days ago: the units are just signing for them."""

PROPOSED = (
    Matter("开展冬季校园消防演练", "区教育局", 35, "proposed", ("区应急管理局",)),
    Matter("制定寒假教师培训计划", "区教育局", 50, "proposed"),
)
DRAFTS = (
    Matter("研究编制下一年度学位保障方案", "区教育局", 70, "draft", ("区自然资源局", "区发改局")),
    Matter("完善领导包校联系制度", "区教育局", 42, "draft"),
)

APPORTIONED = ("上报本辖区学龄人口摸底数据", ("云溪镇", "白鹭镇", "清澜街道办事处"), -13)
"""One clause that binds the towns: two have reported, one has not."""

RENOVATION = (
    Matter("完成年度改造小区名单公示", "区住建局", -40, "done"),
    Matter("完成管线迁改协调", "区住建局", 16, "active", ("区发改局",)),
    Matter("拨付老旧小区改造配套资金", "区财政局", -7, "overdue", ("区发改局",)),
    Matter("办理加装电梯规划审批", "区自然资源局", 8, "active"),
    Matter("征求居民改造意见", "清澜街道办事处", -22, "done"),
    Matter("组织桃李苑小区施工验收", "清澜街道办事处", 2, "submitted", ("区住建局",)),
    Matter("清理云溪老街违章搭建", "云溪镇", 28, "active"),
    Matter("申报下一年度中央补助资金", "区发改局", 11, "active", ("区财政局",)),
)
