"""Papers of oversight with something in every field."""

from datetime import date

from tracker.oversight.papers import (
    AnswerGiven,
    Circular,
    InterviewNotice,
    InterviewRecord,
    NamedProblem,
    NoticeSheet,
)

ISSUER = "澄江区义务教育优质均衡发展领导小组办公室"

NOTICE = NoticeSheet(
    issuer=ISSUER,
    addressee="澄江区财政局",
    urgency="急件",
    matter="核定义务教育阶段学位缺口",
    basis="领导小组第二次会议议定事项",
    demand="该事项完成时限为2026年3月6日，至今未办结。请查明原因，抓紧办理，并在办理时限内以回执反馈办理情况和预计完成时间。",
    contact="秦小满",
    phone="0571-5550100",
    url="https://zeren.example/notices/7",
    number="督〔2026〕3号",
    reply_by=date(2026, 3, 23),
    signed_off_by="副组长 乔若兰",
    issued_on=date(2026, 3, 18),
)

ANSWER = AnswerGiven(
    text="已完成数据核对，缺口数已报区政府，三日内报送正式文件。",
    confirmed_by="钱广源",
    confirmed_as="局长",
    confirmed_on=date(2026, 3, 20),
    files=("学位缺口核定表.xlsx",),
)

INTERVIEW = InterviewNotice(
    issuer=ISSUER,
    addressee="澄江区财政局",
    interviewees="主要负责人钱广源同志",
    reason="有关任务逾期未办结",
    facts=(
        "任务“核定义务教育阶段学位缺口”应于2026年3月6日完成，逾期15个工作日仍未办结；",
        "督办通知单督〔2026〕3号要求于2026年3月23日前回复，至今未回复。",
    ),
    basis="根据《义务教育优质均衡发展实施方案》",
    number="优均办约〔2026〕1号",
    when="2026年4月2日上午9时",
    place="区政府第三会议室",
    interviewers="副组长乔若兰同志、督导室主任卫守成同志",
    contact="秦小满",
    phone="0571-5550100",
    date=date(2026, 3, 30),
    url="https://zeren.example/flags/1",
)

RECORD = InterviewRecord(
    issuer=ISSUER,
    unit="澄江区财政局",
    interviewers="乔若兰、卫守成",
    interviewees="钱广源",
    reason="任务“核定义务教育阶段学位缺口”逾期未办结",
    number="优均办约〔2026〕1号",
    when="2026年4月2日上午9时",
    place="区政府第三会议室",
    recorder="秦小满",
    told="任务已逾期15个工作日，要求说明原因，限期办结。",
    answered="因基础数据口径不一致，核对用时较长，已成立专班。",
    promised="4月10日前报送核定结果，由分管副局长负责。",
    url="https://zeren.example/flags/1",
)

CIRCULAR = Circular(
    issuer="澄江区义务教育优质均衡发展领导小组",
    title="关于2026年第一季度重点任务进展情况的通报",
    opening="按照领导小组工作安排，办公室对2026年第一季度到期的重点任务进行了核查。现将有关情况通报如下：",
    progress=("第一季度到期任务41项，按期办结36项，逾期办结3项，逾期未办结2项，按期办结率87.8%。",),
    praised=("区住房和城乡建设局提前完成两所学校建设用地手续办理。",),
    problems=(
        NamedProblem("区财政局", "核定义务教育阶段学位缺口", 17, "已发督办通知单，尚未回复"),
        NamedProblem("柳溪镇人民政府", "完成校园周边环境整治", 9),
    ),
    demands=("有关单位要对照任务清单，逐项说明原因，明确责任人和完成时间。",),
    report_by=date(2026, 4, 15),
    number="优均领〔2026〕2号",
    date=date(2026, 4, 1),
    copies_to="区委办公室，区政府办公室",
    office="澄江区义务教育优质均衡发展领导小组办公室",
)
