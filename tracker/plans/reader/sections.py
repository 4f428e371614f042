"""What a section of a plan is for, read from its heading."""

import re
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of sections that the rules tell apart."""

    TASK = "task"
    MAYBE_TASK = "maybe_task"
    PHASE = "phase"
    GROUP = "group"
    DUTY = "duty"
    PROSE = "prose"
    GOAL = "goal"
    OTHER = "other"


# In this order: the first that fits is taken.
_SEARCH: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        Kind.PHASE,
        re.compile(
            r"(?:实施|工作|推进|方法|整治|创建|时间|活动|行动|具体)?(?:步骤|阶段(?:安排|划分|步骤)?)(?:安排|"
            r"和时间|及时间|与时间|及要求|和方法|与方法)?$|时间安排|进度安排|阶段安排|步骤安排|^(?:工作|实施|推进)?进度$|时间节点|时间进度|时间步骤|"
            r"步骤和|步骤及|推进安排|日程安排|时序"
        ),
    ),
    (
        Kind.DUTY,
        re.compile(
            r"(?:职责分工|工作职责|主要职责|成员单位职责|部门职责|职责任务|单位职责|职能分工|(?:办公室|小组)职责)"
        ),
    ),
    (
        Kind.TASK,
        re.compile(
            r"工作任务|主要任务|重点任务|任务分解|任务分工|责任分工|任务清单|重点工作|工作重点|主要工作|重点举措|"
            r"主要举措|工作举措|重点措施|主要措施|工作措施|具体措施|具体任务|目标任务$|任务(?:和|及|与)|(?:和|及|"
            r"与)(?:主要|重点)?任务|建设任务|创建任务|整治任务|改革任务|工作内容|主要内容|整治内容|整治重点|"
            r"排查重点|检查重点|检查内容|重点内容|实施内容|创建内容|重点行动|专项行动$|重点整治|整改措施|推进措施|"
            r"对策措施|责任清单|措施清单|行动内容|重点项目|主要行动|实施路径|具体举措|任务举措|行动任务|任务要求|"
            r"任务$|举措$|问题及措施|工作清单|分解表|分工表|任务表|工作安排$"
        ),
    ),
    (
        Kind.GOAL,
        re.compile(
            r"指导思想|总体要求|基本原则|工作原则|总体目标|工作目标|主要目标|目标要求|创建目标|整治目标|行动目标|"
            r"建设目标|发展目标|目标$|原则$|总体思路|工作思路|基本思路|重要意义|重大意义|指导方针|基本情况|现状|"
            r"发展基础|面临形势|工作背景|存在(?:的)?(?:主要)?问题|主要问题|适用范围|实施范围|编制依据|总则|"
            r"工作基础|目的意义|工作对象|整治范围|指标体系"
        ),
    ),
    (
        Kind.PROSE,
        re.compile(
            r"保障措施|组织实施|工作要求|组织保障|有关要求|相关要求|工作保障|实施保障|保障机制|强化保障|保障体系|"
            r"几点要求|纪律要求|要求$|工作机制|运行机制|监督检查|考核问责|督导考核|督查考核|考核评价|责任追究|"
            r"附则|^加强组织|^强化组织|^加强领导|^落实保障|加强保障|组织推进|落实机制|工作制度|会议制度|工作规则|"
            r"信息报送"
        ),
    ),
    (
        Kind.GROUP,
        re.compile(
            r"组织领导|组织机构|领导小组|指挥部|联席会议|工作专班|人员组成|组成人员|成员名单|机构设置|组织架构|"
            r"工作机构|领导机构|组织体系"
        ),
    ),
)
_STRICT = re.compile(
    r"^(?:指导思想|基本原则|工作原则|总体目标|工作目标|主要目标|目标要求|工作要求|保障措施|组织保障|"
    r"组织实施|组织领导|总体要求|工作目标和原则|存在问题|基本情况|现状分析|背景情况|保障机制|考核要求)$"
)
_VERB = re.compile(
    r"^(?:主动|着力|全面|全力|深入|持续|大力|切实|加快|统筹|聚焦|突出|坚持|严格|进一步|深化|优化|提升|强化|"
    r"加强|推进|推动|完善|建立|健全|实施|开展|落实|打造|规范|构建|增强|提高|促进|改善|扩大|巩固|创新|抓好|"
    r"做好|整治|治理|保护|防治|改造|培育|压实|防范|狠抓|夯实|营造|激发|畅通|引导|发展|建设|保障|破解|补齐|"
    r"办好|丰富|健全|支持|拓展|控制|严厉|依法|积极|彻底|精准|有序|扎实|攻坚|降低|减轻|压减|清理|排查|淘汰|"
    r"压紧|拧紧|织密|筑牢|凝聚|倡导|拓宽|普及|严查|严打|严防|严控|严守|抓实|抓紧|建强|做优|做大|做强|搞好|配齐|配强|"
    r"推行|简化|压缩|落细|管好|用好|守住|护航|助力)"
)


def begins_with_act(text: str) -> bool:
    """Whether a text begins with the word for an act."""
    return bool(_VERB.match(text))


def own_kind(heading: str, parent: Kind | None) -> Kind | None:
    """The kind that a heading gives its section; None leaves it to the section above."""
    bare = re.sub(r"\s+|[：:。，]$|[（(][^（）()]*[)）]$", "", heading)
    if parent in (Kind.TASK, Kind.MAYBE_TASK):
        if _STRICT.match(bare):
            return next((kind for kind, pattern in _SEARCH if pattern.search(bare)), None)
        return None
    if len(bare) > 40:
        return None
    for kind, pattern in _SEARCH:
        if pattern.search(bare):
            return kind
    if parent is None and _VERB.match(bare):
        return Kind.MAYBE_TASK
    return None
