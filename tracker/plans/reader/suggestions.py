"""Suggestions: sentences of prose that oblige a named unit, or that stand under a dated stage."""

import re

from .dates import squeeze
from .findings import Suggestion
from .lines import Paragraph
from .outline import Item, walk
from .phases import PhasesFound
from .sections import Kind
from .units import SUFFIXES, looks_like_units

_VERB = (
    r"(?:要|应当|应(?!急)|须|必须|需要|负责|牵头|会同|将(?!军)|按照|按(?!时序)|根据|结合|对(?!象)|组织|"
    r"定期|切实|严格|加强|积极|承担|作为|认真|落实|制定|建立|开展|全面|做好|抓好|及时|统筹|指导|督促|完成|"
    r"参照|依据|具体|每[月季年周]|至少|于|配合"
    r"|(?:(?:19|20)\d{2}年)?\d{1,2}月|确定|明确|不准|严禁|依规|依纪|依法|追究|优先|保障|确保|是(?=.{0,24}责任(?:人|主体|单位))"
    r"|接受|推进|实施|充分|共同|密切|主动|提出|协助|强化|推动|拟定|印发|召集|召开|分别|召集各|与|筹措|"
    r"请(?=于|在|将|按|认真)|自(?=\d|印发|即日|文件)|监测|申请|履行|把|实行|明确|深入|报送|要把|成立|签订|每半年|不得|审核|牢固)"
)
_HEAD = (
    r"(?:[省市县区州旗镇乡]|各|全[区县市]|[\u4e00-\u9fff]{1,10}(?:区|县|市|镇|乡|街道)|领导小组|指挥部|"
    r"联席会议|专班|有关|相关|责任单位|成员单位|牵头单位|部门|学校|办公室)"
)
_SUBJECT = re.compile(
    rf"^(?:其中|同时|由|对此|一是|二是|三是|四是|五是|一要|"
    rf"二要)?[，,]?由?(?P<u>{_HEAD}[\u4e00-\u9fff（）()、“”]{{0,40}}?(?:{SUFFIXES}|财政|教育|审计|领导|"
    rf"负责人|负责同志|政府部门|督导部门|一把手|“一把手”|党委政府|街道|书记|组织)(?:[（(][^（）()]{{1,8}}[)）])?)(?={_VERB})"
)
_BARE_SUBJECT = re.compile(
    rf"^(?:由)?(?P<u>领导小组|指挥部|联席会议|各部门|各单位|各学校|各镇|各乡镇|各街道|各镇街|各地|"
    rf"各有关部门|各相关部门|各成员单位|办公室)(?={_VERB})"
)
_COLON_SUBJECT = re.compile(r"^(?P<u>[\u4e00-\u9fff（）()、]{2,40})[：:]$")
_OBLIGES = re.compile(
    r"要|应|须|负责|牵头|按照|根据|完成|制定|开展|组织|落实|督促|上报|报送|形成|建立|承担|签订|配合|推进|"
    r"加强|实施|召开|对.{2,30}进行|报|摸排|排查|整改|前将|办理|不得|不准|严禁|追究|依规|依纪|依法|确定|明确|将.{2,30}(?:纳入|列入)"
)
_STATEMENT = re.compile(r"^(?:以上|以下|如下)|现有|共有|顺利通过|被授予|取得|已经|近年来|存在")
_SKIP = frozenset({Kind.GOAL, Kind.TASK})


def sentences(text: str) -> list[tuple[str, int]]:
    """The sentences of a text with their offsets."""
    found: list[tuple[str, int]] = []
    start = 0
    for match in re.finditer(r"[。！？；]", text):
        found.append((text[start : match.end()], start))
        start = match.end()
    found.append((text[start:], start))
    return [(sentence.strip(), offset) for sentence, offset in found if len(sentence.strip()) >= 6]


def obliged_unit(sentence: str) -> str | None:
    """The unit that a sentence obliges, as printed."""
    bare = squeeze(sentence)
    position = 0
    for clause in re.split(r"(?<=[，,：:])", bare):
        stripped = clause.lstrip("“")
        found = _SUBJECT.match(stripped) or _BARE_SUBJECT.match(stripped)
        duty = _COLON_SUBJECT.match(clause)
        if duty and looks_like_units(duty["u"]) and _OBLIGES.search(bare[position + len(clause) :]):
            return duty["u"]
        if found and _OBLIGES.search(bare[position:]) and not re.search(r"[的了]", found["u"]):
            return re.sub(r"^.{1,6}(?<!自)由(?=[省市县区各])", "", found["u"]).strip("“”")
        position += len(clause)
    return None


def read_suggestions(root: Item, phases: PhasesFound, tasks: set[int], used: set[int]) -> list[Suggestion]:
    """Suggestions of the whole document; items that are tasks and goals are left out."""
    found: list[Suggestion] = []
    _paragraphs(None, root.body, found, used, phases)
    for item in walk(root):
        if id(item) in tasks:
            continue
        phase = _phase_of(item, phases)
        if item.section in _SKIP and phase is None:
            if item.section == Kind.TASK and not item.children:
                _paragraphs(None, item.body, found, used, phases)
            continue
        _own_text(item, phase, found, used)
        _paragraphs(phase, item.body, found, used, phases)
    return found


def _phase_of(item: Item, phases: PhasesFound) -> str | None:
    above: Item | None = item
    while above is not None:
        if id(above) in phases.by_item:
            return phases.by_item[id(above)].name
        above = above.parent
    return None


def _own_text(item: Item, phase: str | None, found: list[Suggestion], used: set[int]) -> None:
    """What an item says after its heading."""
    parts = sentences(item.text)
    keep = parts if obliged_unit(parts[0][0] if parts else "") else parts[1:]
    if (
        id(item)
        and phase is not None
        and item.parent is not None
        and len(parts) == 1
        and not item.body
        and not item.children
    ):
        keep = parts if not re.search(r"[（(].*\d.*[)）]。?$", item.text) else []
    for sentence, offset in keep:
        _one(sentence, phase, item.paragraph.line_at(item.offset + offset), found, used)


def _paragraphs(
    phase: str | None, body: list[Paragraph], found: list[Suggestion], used: set[int], phases: PhasesFound
) -> None:
    for paragraph in body:
        told = sentences(paragraph.text)
        if paragraph.line in phases.by_line:
            phase = phases.by_line[paragraph.line].name
            told = told[1:]
        for sentence, offset in told:
            _one(sentence, phase, paragraph.line_at(offset), found, used)


def _one(sentence: str, phase: str | None, line: int, found: list[Suggestion], used: set[int]) -> None:
    if line in used and phase is None and "领导小组" not in sentence and not obliged_unit(sentence):
        return
    unit = obliged_unit(sentence)
    if phase is None and re.search(
        r"办公室.{0,12}设[在于]|日常工作.{0,6}由|任(?:组长|副组长|办公室)|不设办公室", squeeze(sentence)
    ):
        return
    if unit is None and (phase is None or _STATEMENT.search(sentence)):
        return
    found.append(Suggestion(sentence, unit, phase, line))
