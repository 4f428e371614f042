"""What a name or a sentence in a plan most likely stands for; a clerk sees every guess before it counts."""

import re

from tracker.organisation.rules import PostRank, UnitKind

MAX_TITLE = 60

_KINDS: tuple[tuple[UnitKind, str], ...] = (
    (UnitKind.SUPERVISION, r"督导|督查|督考|目督办"),
    (UnitKind.SCHOOL, r"(?:小学|中学|学校|幼儿园|初中|高中|完小|附小|附中|教学点|[一二三四五六七八九十]中|职教中心)$"),
    (UnitKind.TOWN, r"(?:镇|乡|街道)(?:人民政府|政府|办事处|办|党委|党工委)?$|街道?办(?:事处)?$|苏木$"),
    (UnitKind.GOVERNMENT, r"(?:^|[省市区县旗州盟])(?:人民政府|政府)$"),
    (
        UnitKind.PARTY,
        r"(?:区|县|市|旗|州|省|地)委(?:$|.*(?:部|办|办公室|委)$)|组织部|宣传部|统战部|政法委|编办|网信办|纪委|监委|党校$",
    ),
    (UnitKind.DEPARTMENT, r"大队$|支队$|分局$|政府办"),
    (UnitKind.ENTERPRISE, r"(?:公司|集团|银行|厂)$"),
    (UnitKind.INSTITUTION, r"(?:中心|医院|图书馆|博物馆|文化馆|研究院|研究所|电视台|融媒体|报社|站|院|所)$"),
)
_INSTITUTION_NOT = re.compile(r"(?:法院|检察院)$")

_HEAD = frozenset(
    "局长 主任 镇长 乡长 区长 县长 市长 州长 旗长 部长 校长 园长 院长 行长 会长 主席 所长 站长 台长 社长 馆长 检察长 "
    "总经理 董事长 经理 大队长 支队长 书记 党委书记 党组书记 党工委书记 主要负责人 主要负责同志 主要领导 负责人 "
    "代区长 代县长 代市长 代镇长".split()
)
HEAD_IN_GENERAL = frozenset({"主要负责人", "主要负责同志", "主要领导", "负责人", "一把手", "主要领导同志"})
"""Words for whoever leads a unit, whatever the post is called there."""

_DEPUTY = re.compile(r"副|常委|党组成员|党委委员|党委成员|班子成员|分管|调研员")

_COLLECTIVE = re.compile(
    r"各|有关|相关|全体|全区|全县|全市|领导小组|等$|等(?:部门|单位)|成员单位|责任单位|部门和|单位和|区直|县直|市直|其他|我区|我县|我市|部门$|科室$"
    r"|[“”，。；：？！]"
)
_ENUMERATION = re.compile(r"^(?:[一二三四五六七八九十]是|其[一二三四五])")


def kind_of_unit(name: str) -> UnitKind:
    """The kind that a unit's name speaks for; a department where it says nothing."""
    if _INSTITUTION_NOT.search(name):
        return UnitKind.DEPARTMENT
    return next((kind for kind, pattern in _KINDS if re.search(pattern, name)), UnitKind.DEPARTMENT)


def rank_of_post(title: str) -> PostRank:
    """Whether a post leads its unit, is a deputy's, or neither: 党组书记、局长 leads, 副局长 does not, 科员 neither."""
    parts = [part for part in re.split(r"[、，,/ ]", title) if part]
    if any(part in _HEAD for part in parts):
        return PostRank.HEAD
    return PostRank.DEPUTY if any(_DEPUTY.search(part) for part in parts) else PostRank.STAFF


def is_party_committee(name: str) -> bool:
    """Whether a name is that of the party committee itself, rather than of an office of it."""
    return re.search(r"[省市区县旗州盟]委(?:员会)?$", name) is not None


def names_one_unit(name: str) -> bool:
    """Whether words are the name of one unit, rather than of many (各成员单位) or of nobody in particular."""
    return 1 < len(name) <= 30 and not _COLLECTIVE.search(name)


def full_name(name: str, region: str) -> str:
    """A unit's name with the district's own in place of a bare 区, 县 or 市: 区财政局 → 澄江区财政局."""
    bare = name.removeprefix("中共")
    if len(region) > 1 and bare[:1] == region[-1:] and len(bare) > 1:
        return region + bare[1:]
    return name


def title_of(text: str) -> str:
    """A short title for a task: its first sentence, or as many of its clauses as fit."""
    sentence = _ENUMERATION.sub("", re.split(r"[。；;！!\n]", text.strip(), maxsplit=1)[0])
    if len(sentence) <= MAX_TITLE:
        return sentence
    clauses = sentence.split("，")
    title = clauses[0]
    for clause in clauses[1:]:
        if len(title) + 1 + len(clause) > MAX_TITLE:
            break
        title = f"{title}，{clause}"
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…"
