"""Clauses that hold for many tasks at once: the first-named rule, a lead or partners for all later tasks."""

import re
from dataclasses import dataclass, field

from .dates import squeeze
from .lines import Paragraph
from .units import looks_like_units, split_units

_FIRST = re.compile(
    r"(?:排名|排列|列|排|名列|排序)(?:在)?(?:第一|首位|最前)[^。；）)]{0,12}?(?:牵头|主要责任|主办|责任)"
    r"(?:单位|部门)?|第一(?:个)?(?:单位|部门|责任单位)(?:为|是|即为)(?:牵头|主办|主要责任)|(?:首位|第一位|"
    r"首个)(?:单位|部门)?(?:为|是)(?:牵头|主办|主要责任)|牵头单位排(?:在)?第一|首列单位为牵头|(?:各项任务|"
    r"以下任务|责任单位)?(?:中|里)?(?:排|列)(?:在)?首位的?为牵头"
)
_COOP = (
    re.compile(
        r"(?:以下|下列|以上|上述|各项)?[^。；，]{0,12}?均(?:需|须|应|由|要)(?P<u>[^，。；]{2,30}?)"
        r"(?:等)?(?:负责)?(?:配合|落实|参与|贯彻落实|具体落实|组织落实|抓好落实)[，,]?(?:以下|"
        r"下文)?不再(?:一一|逐一|另行|重复|分别)?(?:列出|列明|标注|注明|赘述)"
    ),
    re.compile(
        r"(?P<u>各[^，。；]{1,28}?)(?:均|都)?(?:为|是)(?:各项任务|以下(?:各项)?任务|所有任务|上述任务|"
        r"本方案各项任务|全部任务)的?(?:责任|配合|落实|参与|协同)(?:单位|主体)"
    ),
    re.compile(
        r"(?:以下|下列|上述|以上|各项|所有)(?:各项)?(?:任务|工作)[^。；，]{0,8}?(?:的)?(?:配合|参与|协同)"
        r"单位(?:均|都|一律)?(?:为|是|包括)(?P<u>[^。；]{2,40}?)(?=[，。；]|$)"
    ),
    re.compile(
        r"(?:以下|下列|上述|以上|各项|所有)(?:各项)?(?:任务|工作)[^。；，]{0,8}?(?:均|都)(?:需|须|要|"
        r"由)?(?P<u>[^，。；]{2,30}?)(?:配合|参与|协助)(?=[，。；]|$)"
    ),
)
_LEAD = (
    re.compile(
        r"(?:未|没有)(?:另行)?(?:注明|标明|列明|明确)(?:的)?(?:牵头单位|牵头部门|责任单位|牵头|"
        r"责任部门)?(?:的)?[，,]?(?:任务|事项|工作)?[，,]?(?:均|一律|都)?(?:由|为|系)"
        r"(?P<u>[^，。；）)]{2,20}?)(?:牵头|负责|落实|承担)?(?=[，。；）)]|$)"
    ),
    re.compile(
        r"(?:以下|下列|上述|以上|各项|所有|本方案)(?:各项|所有)?(?:任务|工作|事项)?[^。；，]{0,6}?(?:牵头|"
        r"责任|主办)(?:单位|部门)(?:均|都|一律)?(?:为|是)(?P<u>[^，。；）)]{2,20}?)(?=[，。；）)]|$)"
    ),
    re.compile(
        r"(?:以下|下列|上述|以上|各项|所有|本方案)(?:各项|所有)?(?:任务|工作|事项)?[^。；，]{0,10}?(?:均|都|"
        r"一律|统一)?由(?P<u>[^，。；）)]{2,20}?)(?:总)?牵头(?=[，。；）)负]|$)"
    ),
    re.compile(
        r"除(?:另有|特别)?(?:注明|说明|标明|明确)[^，。；]{0,8}[，,](?:各项|其余|以下)?(?:任务|工作|"
        r"事项)?(?:的)?(?:牵头单位|责任单位)?(?:均|都|一律)?(?:由|为)(?P<u>[^，。；）)]{2,20}?)(?:牵头|负责|"
        r"落实)?(?=[，。；）)]|$)"
    ),
)


@dataclass(slots=True)
class Defaults:
    """Default clauses with the line from which each holds; line 0 holds everywhere."""

    first_from: int | None = None
    leads: list[tuple[int, str]] = field(default_factory=list)
    coops: list[tuple[int, list[str]]] = field(default_factory=list)

    def first_leads(self, line: int) -> bool:
        """Whether at this line the first-named unit leads."""
        return self.first_from is not None and line >= self.first_from

    def lead(self, line: int) -> str | None:
        """The unit that leads where none is named."""
        holding = [unit for start, unit in self.leads if line >= start]
        return holding[-1] if holding else None

    def coop(self, line: int) -> list[str]:
        """Units that take part in every task from a line on."""
        return [unit for start, units in self.coops if line >= start for unit in units]


def read_defaults(paragraphs: list[Paragraph]) -> Defaults:
    """Find the default clauses of a document."""
    found = Defaults()
    for paragraph in paragraphs:
        text = squeeze(paragraph.text)
        start = paragraph.line if re.search(r"以下|下同|下列|下文", text) else 0
        if _FIRST.search(text) and found.first_from is None:
            found.first_from = start
        for pattern in _COOP:
            match = pattern.search(text)
            if match and looks_like_units(match["u"]):
                found.coops.append((start, split_units(match["u"])))
                break
        for pattern in _LEAD:
            match = pattern.search(text)
            if match and looks_like_units(match["u"]) and len(split_units(match["u"])) == 1:
                found.leads.append((start, match["u"]))
                break
    return found
