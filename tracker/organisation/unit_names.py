"""How papers call a unit: prefixes that fall away, and customary abbreviations of the same office."""

import re
import unicodedata
from collections.abc import Sequence

KINDS: tuple[tuple[str, ...], ...] = (
    (
        "教育局",
        "教体局",
        "教育体育局",
        "教育和体育局",
        "教委",
        "教育委员会",
        "教科局",
        "教育科技局",
        "教科体局",
        "教育科技和体育局",
        "教育科技体育局",
        "文教局",
        "教文体局",
        "教文旅局",
    ),
    ("发改局", "发改委", "发展改革局", "发展改革委", "发展和改革局", "发展和改革委员会", "发展改革委员会", "发改"),
    ("财政局", "财局", "财政"),
    ("人社局", "人力社保局", "人力资源社会保障局", "人力资源和社会保障局", "人保局", "人社"),
    (
        "住建局",
        "住建委",
        "住房城乡建设局",
        "住房和城乡建设局",
        "住房和城乡建设委员会",
        "住房城乡建委",
        "住房城乡建设委",
        "城建局",
        "建设局",
        "建委",
        "住建交通局",
        "住建和交通局",
        "住房城乡建设和交通局",
        "住房和城乡建设交通局",
        "城乡建设局",
        "住建",
    ),
    (
        "自然资源局",
        "自然资源和规划局",
        "自然资源规划局",
        "规划和自然资源局",
        "规划自然资源局",
        "自规局",
        "资规局",
        "规自局",
        "规划资源局",
        "国土资源局",
        "国土局",
    ),
    (
        "卫健委",
        "卫健局",
        "卫生健康委",
        "卫生健康局",
        "卫生健康委员会",
        "卫生局",
        "卫计委",
        "卫计局",
        "卫生和计划生育委员会",
    ),
    ("市场监管局", "市场监督管理局", "市监局", "市管局", "食药监局", "工商局"),
    ("公安局", "公安分局", "公安"),
    ("民政局", "民政"),
    ("司法局", "司法"),
    ("审计局", "审计"),
    ("统计局", "统计"),
    ("税务局", "税务"),
    ("信访局", "信访办"),
    ("医保局", "医疗保障局"),
    (
        "文旅局",
        "文旅委",
        "文化和旅游局",
        "文化旅游局",
        "文化旅游委",
        "文化和旅游发展委员会",
        "文广旅局",
        "文化广电旅游局",
        "文化广电和旅游局",
        "文体旅局",
        "文体广旅局",
        "文化体育和旅游局",
        "文广新局",
        "文化旅游体育局",
        "文旅体局",
    ),
    ("体育局", "体育发展中心", "体育中心"),
    ("农业农村局", "农业农村委", "农业农村委员会", "农委", "农业局", "农水局", "农林水利局", "农业农村和水利局"),
    ("水利局", "水务局"),
    ("林业局", "林业和草原局", "园林局", "园林绿化局"),
    ("生态环境局", "生态环境分局", "环保局", "环境保护局"),
    ("交通局", "交通运输局", "交通运输委", "交通运输委员会"),
    (
        "城管局",
        "城市管理局",
        "城市管理综合行政执法局",
        "城市管理行政执法局",
        "综合执法局",
        "综合行政执法局",
        "城管执法局",
        "行政执法局",
        "城市管理和综合执法局",
        "城管委",
        "城市管理委员会",
    ),
    ("应急局", "应急管理局", "安监局"),
    ("退役军人局", "退役军人事务局"),
    ("科技局", "科学技术局", "科工局"),
    (
        "工信局",
        "工业和信息化局",
        "经信局",
        "经信委",
        "经济和信息化局",
        "经济信息委",
        "经济和信息化委员会",
        "科工信局",
        "工业信息化局",
        "科技和工业信息化局",
    ),
    ("商务局", "商务委", "商务委员会"),
    ("国资委", "国资局", "国资办", "国有资产监督管理委员会", "国有资产监督管理局"),
    ("金融局", "金融办", "金融工作局", "金融工作办公室"),
    ("大数据局", "数据局", "大数据管理局", "大数据发展局", "数据资源局", "大数据中心"),
    (
        "行政审批局",
        "行政审批服务局",
        "政务服务局",
        "政务服务管理局",
        "政务服务和数据管理局",
        "政务服务中心",
        "审批服务局",
    ),
    ("机关事务局", "机关事务管理局", "机关事务服务中心", "机关事务管理服务中心", "机关事务中心"),
    ("粮食局", "粮食和物资储备局"),
    ("气象局",),
    ("消防救援大队", "消防大队", "消防救援局", "消防"),
    ("供电公司", "供电局", "国网供电公司"),
    ("残联", "残疾人联合会"),
    ("妇联", "妇女联合会"),
    ("团委", "共青团", "团区委", "团县委", "团市委", "共青团区委", "共青团县委", "共青团市委", "共青团委员会"),
    ("总工会", "工会"),
    ("关工委", "关心下一代工作委员会"),
    ("科协", "科学技术协会"),
    ("工商联", "工商业联合会"),
    ("文联", "文学艺术界联合会"),
    ("红十字会",),
    ("委办", "委办公室", "区委办", "县委办", "市委办", "委员会办公室", "区委办公室", "县委办公室", "市委办公室"),
    ("政府办", "政府办公室", "人民政府办公室", "府办"),
    ("政府", "人民政府"),
    ("人大", "人大办", "人大常委会", "人大常委会办公室", "人民代表大会常务委员会"),
    ("政协", "政协办", "政协办公室", "政协委员会"),
    ("纪委监委", "纪委", "监委", "纪委监察委", "纪律检查委员会", "监察委员会", "纪检监察委"),
    ("组织部", "委组织部", "区委组织部", "县委组织部", "市委组织部"),
    ("宣传部", "委宣传部", "区委宣传部", "县委宣传部", "市委宣传部"),
    ("统战部", "委统战部", "区委统战部", "县委统战部", "市委统战部"),
    ("政法委", "委政法委", "区委政法委", "县委政法委", "市委政法委", "政法委员会"),
    ("编办", "委编办", "区委编办", "县委编办", "市委编办", "编委办", "机构编制委员会办公室", "委机构编制委员会办公室"),
    ("网信办", "委网信办", "区委网信办", "县委网信办", "市委网信办", "网络安全和信息化委员会办公室"),
    (
        "督导室",
        "教育督导室",
        "政府教育督导室",
        "人民政府教育督导室",
        "政府督导室",
        "人民政府督导室",
        "督导办",
        "教育督导办",
        "教育督导委员会办公室",
        "政府教育督导委员会办公室",
        "人民政府教育督导委员会办公室",
        "教督办",
        "教育督导中心",
    ),
    (
        "督查室",
        "政府督查室",
        "委督查室",
        "督查办",
        "督考办",
        "督查考核办",
        "督查考核办公室",
        "两办督查室",
        "目督办",
        "督查局",
    ),
    ("法院", "人民法院"),
    ("检察院", "人民检察院"),
    ("人武部", "人民武装部"),
)
"""Each row is one kind of office under the names that different places and years give it."""

KIND_OF = {name: number for number, names in enumerate(KINDS) for name in names}

_BRANCH = re.compile(r"^.{0,8}?(公安局|生态环境局|自然资源局|自然资源和规划局|市场监督管理局).{1,8}分局$")
_TOWN_SUFFIX = re.compile(
    r"(?<=[镇乡])(?:人民政府|政府|党委)$|(?<=街道)(?:办事处|办|党工委)$|(?<=街)(?:道办事处|道办|道|办)$"
)
_TOO_BARE = frozenset(
    {"镇", "乡", "街道", "街道办", "街道办事处", "镇政府", "镇人民政府", "小学", "中学", "局", "委", "办"}
)


def plain(name: str) -> str:
    """A name without blanks, in half-width letters, for comparing."""
    return "".join(unicodedata.normalize("NFKC", name).split()).lower()


def without_prefix(name: str, places: Sequence[str]) -> frozenset[str]:
    """The name as printed and with 中共, 区, 县, 市 or the district's own name taken off its head.

    Several answers, since 市 may be a prefix (市财政局) or a part (市场监管局).
    """
    whole = plain(name).removeprefix("中共")
    found = {whole}
    for place in sorted(filter(None, places), key=len, reverse=True):
        if whole.startswith(place):
            whole = whole[len(place) :]
            found.add(whole)
    found |= {form[1:] for form in tuple(found) if form[:1] in "区县市旗"}
    short_places = {place[:-1] for place in places if len(place) > 2}
    for form in tuple(found):
        for place in short_places:
            rest = form.removeprefix(place)
            if rest != form and rest in KIND_OF:
                found.add(rest)
    return frozenset(form for form in found if len(form) > 1 and form not in _TOO_BARE)


def kinds_of(forms: frozenset[str]) -> frozenset[int]:
    """The kinds of office that a name's forms stand for, by the table of customary abbreviations."""
    found = {KIND_OF[form] for form in forms if form in KIND_OF}
    for form in forms:
        branch = _BRANCH.match(form)
        if branch and branch[1] in KIND_OF:
            found.add(KIND_OF[branch[1]])
    return frozenset(found)


def town_names(forms: frozenset[str]) -> frozenset[str]:
    """The forms of a town's or street's name without 人民政府, 办事处 and the like."""
    return frozenset(_TOWN_SUFFIX.sub("", form) for form in forms)
