"""Who answers, where it is told in running text: 由A牵头，会同B；A负责，C配合."""

import re

from .answerable import Responsible
from .names import is_name
from .responsible_labels import ANY_LABEL
from .units import is_unit, looks_like_units, split_units

SHARED = re.compile(
    r"(?:等)?(?:有关单位|相关单位|有关部门|相关部门)?(?:按(?:照)?(?:各自)?(?:职责|职能)"
    r"(?:和)?(?:任务)?(?:分工)?(?:负责|落实|推进|抓好)?|分工负责|共同负责|分别负责|分头负责|各负其责|"
    r"共同落实)$"
)

_BY = re.compile(
    r"由(?P<u>[\u4e00-\u9fff（）()、]{2,60}?)(?:分别|共同|各自|分头)?(?P<v>总?牵头|负责|主办|承办|组织实施|"
    r"(?<=分别|共同|各自|分头)(?:落实|推进|实施|承担))"
)

_JOINED = re.compile(
    r"^(?:负责|组织|抓总|落实|实施)?[，,、]?(?:会同|联合|协同)(?P<u>[\u4e00-\u9fff（）()、，]{2,80}?)"
    r"(?=等?(?:部门|单位)?(?:负责|开展|制定|组织|推进|研究|配合|落实|完成|建立|抓|实施|做|加强|共同|对|，|"
    r"。|；|$))"
)

_THEN = re.compile(
    r"[，,；;](?P<u>[\u4e00-\u9fff（）()、]{2,120}?)(?:等(?:有关)?(?:部门|单位)?)?(?:密切|积极|"
    r"按(?:照)?(?:各自)?职责(?:分工)?|协同|共同|具体|做好|给予)?(?:配合|协助|参与|协办|负责落实|抓好落实)"
)

_AT_HEAD = re.compile(
    r"(?:^|(?<=[。；]))(?P<u>[\u4e00-\u9fff（）()、]{2,40}?)(?:共同|联合|分别)?(?P<v>牵头|主办|承办|负责(?!人|同志|任)|"
    r"要(?!求|点|素)|应当?(?!急|用|对|届)|会同)"
)

_COLON = re.compile(r"^(?P<u>[\u4e00-\u9fff（）()、]{2,60})[：:]")


def read_running_text(text: str, result: Responsible) -> None:
    """Add the units that running text makes answerable."""
    head = _COLON.match(text)
    if head and looks_like_units(head["u"]) and not ANY_LABEL.match(text):
        units = split_units(head["u"])
        (result.leads if len(units) == 1 else result.responsible).extend(units)
        return
    if not _by_duties(text, result):
        _by_verb(text, result)


def _by_duties(text: str, result: Responsible) -> bool:
    """“A、B按职责分工负责”: no single lead."""
    for sentence in re.split(r"[。；;，,]", text):
        shared = SHARED.search(sentence)
        names = sentence[: shared.start()] if shared else ""
        if (
            shared
            and re.search(r"职责|职能|分工|共同|分头", shared.group())
            and looks_like_units(names)
            and len(split_units(names)) > 1
        ):
            result.responsible.extend(split_units(names))
            result.shared = shared.group()
            return True
    return False


def _by_verb(text: str, result: Responsible) -> None:
    for pattern in (_BY, _AT_HEAD):
        for found in pattern.finditer(text):
            names = re.sub(r"^.*?(?:由|，)", "", found["u"])
            joined = re.split(r"会同|联合", names)
            if not looks_like_units(joined[0]) or not all(_office(unit) for unit in split_units(joined[0])):
                continue
            units = split_units(joined[0])
            if len(units) == 1 or "牵头" in found["v"]:
                result.leads.append(units[0])
                result.coop.extend(units[1:])
            else:
                result.responsible.extend(units)
                result.shared = "按职责分工负责"
            if len(joined) > 1 and looks_like_units(joined[1]):
                result.coop.extend(split_units(joined[1]))
            _partners(text[found.end() :] if found["v"] != "会同" else "会同" + text[found.end() :], result)
            return


def _office(unit: str) -> bool:
    return is_unit(unit) and len(unit) <= 20 and not is_name(unit) and unit not in ("单位", "部门")


def _partners(tail: str, result: Responsible) -> None:
    sentence = re.split(r"。", tail, maxsplit=1)[0]
    joined = _JOINED.match(sentence)
    if joined and looks_like_units(joined["u"]):
        result.coop.extend(split_units(joined["u"]))
    for found in _THEN.finditer(sentence):
        if looks_like_units(found["u"]):
            result.coop.extend(split_units(found["u"]))
