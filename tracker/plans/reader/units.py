"""Units as plans name them: recognising one, and taking a printed list apart."""

import re

SUFFIXES = (
    "局|委|办|部|厅|处|科|股|室|院|站|所|队|会|中心|政府|党委|党工委|工委|党组|街道|办事处|镇|乡|苏木|村|区|"
    "县|市|旗|州|省|学校|小学|中学|大学|学院|高中|初中"
    "|幼儿园|公司|集团|银行|支行|联社|分局|总站|法院|检察院|工会|妇联|残联|工商联|科协|文联|侨联|红十字|社区|部门|单位"
    "|领导小组|小组|专班|指挥部|电视台|电台|报社|馆|园区|园|街镇|镇街|乡街|场|站点|机关|企业|党校|机构|"
    "工作组|组|专委会|各校|系统|厂|段|司|署|台|校|网格"
    "|供电|电力|电信|移动|联通|铁塔|邮政|烟草|税务|消防|公安|海关|海事|气象|团委|河长|湖长|林长|路长|"
    "街长|供销社|联合社|合作社|运营商|业主|医院|卫生院"
)
_SUFFIX = re.compile(rf"(?:{SUFFIXES})$")
_BRACKET_TAIL = re.compile(r"[（(][^（）()]*[)）]$")
_EVERY = re.compile(r"^(?:各|有关|相关|其他|其它|全区|全县|全市|区直|县直|市直|属地|所在|驻|责任|成员)")
_SENTENCE = re.compile(r"[。！？；：:的了要须]|应(?!急)|完成|推进|加强|落实|开展|确保|实现|建立|组织|不断")
_TAIL = re.compile(r"(?:等(?:\d+个)?(?:有关|相关|成员|责任)?(?:部门|单位|部门和单位)?(?:和单位)?|等(?=[（(]))$")
_AND = re.compile(r"[和及与]|以及|会同")
_GENERIC = re.compile(
    r"^(?:街道|街道办|街道办事处|县级市|乡镇|镇|乡|街镇|园区|管委会|办事处|农场|林场|社区|学校|区|县|市|"
    r"村|中心|开发区|开发区管委会|"
    r"有关单位|有关部门|相关单位|相关部门|直属单位|幼儿园|高新区|各校)$"
)
_POST_END = re.compile(r"(?:书记|主任|局长|镇长|乡长|负责人|负责同志|校长|院长|主席)$")
_OPEN, _CLOSE = "（([【《", "）)]】》"


def is_unit(text: str) -> bool:
    """Whether a printed name reads like a unit."""
    bare = text.strip()
    while _BRACKET_TAIL.search(bare):
        bare = _BRACKET_TAIL.sub("", bare)
    if not 1 < len(bare) <= 30 or _SENTENCE.search(
        re.sub(r"(?:推进|落实|组织|加强)(?=[办部处科局])|组织(?=人事)", "", bare)
    ):
        return False
    return bool(_SUFFIX.search(bare) or _EVERY.match(bare))


def split_top(text: str, separators: str = "、，,；;") -> list[str]:
    """Split at separators that stand outside brackets."""
    parts, depth, start = list[str](), 0, 0
    for index, char in enumerate(text):
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth = max(0, depth - 1)
        elif not depth and char in separators:
            parts.append(text[start:index])
            start = index + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def _part_and(text: str) -> list[str]:
    if len(text) > 80:
        return [text]
    for found in _AND.finditer(text):
        depth = text.count("（", 0, found.start()) - text.count("）", 0, found.start())
        left, right = text[: found.start()].strip(), text[found.end() :].strip()
        if (
            depth == 0
            and len(right) > 1
            and len(left) > 1
            and (_whole(left) or _POST_END.search(left))
            and (_whole(right) or _POST_END.search(right))
        ):
            return [left, *_part_and(right)]
    return [text]


def _whole(text: str) -> bool:
    return is_unit(text) and not re.fullmatch(
        r"[省市区县州旗]?(?:住房|工业|发展|人力|文化|自然|规划|卫生|教育和体|民族|农业|商务|投资|机关|退役)", text
    )


def split_units(text: str) -> list[str]:
    """The units of a printed list, in order: nested brackets stay with their unit, “等” is left out."""
    text = (
        re.sub(r"\s+(?=[\u4e00-\u9fff])", "、", text.strip().strip("。；;，,、"))
        if _spaced(text)
        else re.sub(r"\s+", "", text)
    )
    names: list[str] = []
    for part in split_top(text.strip("。；;，,、")):
        for piece in _part_and(part):
            name = _TAIL.sub("", piece.strip()).strip("。；;，,、 ")
            name = (
                re.sub(r"^(?:由|以及|及|和|会同|并|其中)(?=[省市县区州旗乡镇各有相\u4e00-\u9fff]{2})", "", name)
                if name[:1] in "由以及会并其" or name[:1] == "和"
                else name
            )
            if not name or name in ("等", "等单位", "等部门"):
                continue
            if (
                names
                and _GENERIC.match(name)
                and names[-1].startswith("各")
                and not names[-1].endswith(("学校", "单位", "部门", "政府"))
            ):
                names[-1] = f"{names[-1]}、{name}"
            elif name not in names:
                names.append(name)
    return names


def _spaced(text: str) -> bool:
    bare = text.strip()
    parts = bare.split()
    return len(parts) > 1 and all(is_unit(part.strip("、，,；;。")) for part in parts)


def looks_like_units(text: str) -> bool:
    """Whether a text is nothing but a list of units."""
    parts = split_units(text)
    return bool(parts) and all(is_unit(part) for part in parts)
