"""When a handover is due, and the text that predecessor and successor sign."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.documents.paper import day
from tracker.letters.rules.states import HandoverLine

GRACE_DAYS = 10
"""Working days that a successor has, from the day of taking up the post."""

SIGNED_BY = {HandoverLine.PREDECESSOR: "移交人签署：", HandoverLine.SUCCESSOR: "接任人签署："}
"""What the last two lines of the text begin with; on paper the places to sign stand there."""


GAP = "\u3000"
"""What stands between the cells of a line; no cell holds one."""
COLUMNS = ("条款", "事项", "完成时限", "情况")
OUTSIDE = "—"
"""In place of a clause where work was not promised in the letter, and of a date where there is none."""
MOST_SAID = 25
"""Characters that a line says of its work: the letter itself, named by number and digest, has all the words."""


@dataclass(frozen=True, slots=True)
class Work:
    """A line of a handover: the clause, or OUTSIDE; what it is about; when it is due in words; how it stands."""

    place: str
    title: str
    deadline: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class HandoverContents:
    """Everything that the text of a handover is composed of."""

    title: str
    number: str
    sha256: str
    unit: str
    post: str
    predecessor: str
    successor: str
    took_up_on: date
    today: date
    work: Sequence[Work]
    """What the letter promises, clause by clause, then what else is not done."""
    done: int
    """How many of the promises are."""


def answers_from(*, appointed_on: date, in_force_on: date) -> date:
    """The day from which a successor answers for a letter: of taking up the post, or of the letter's entering force."""
    return max(appointed_on, in_force_on)


def composed_handover(contents: HandoverContents) -> str:
    """The canonical text of a handover: NFC, one line feed a line, no spaces at line ends, one line feed at the end."""
    lines = [
        "目标责任书交接确认",
        f"责任书：{contents.title}",
        f"编号：{contents.number}",
        f"文本摘要（SHA-256）：{contents.sha256}",
        f"单位及职务：{contents.unit}{contents.post}",
        f"移交人：{contents.predecessor}",
        f"接任人：{contents.successor}，自{day(contents.took_up_on)}起履行责任",
        _counted(contents),
        *([GAP.join(COLUMNS), *map(_line, contents.work)] if contents.work else []),
        f"本确认记载截至{day(contents.today)}的工作、承诺和时限，不增加新的承诺；原责任书及其签署继续有效。",
        f"{SIGNED_BY[HandoverLine.PREDECESSOR]}{contents.predecessor}",
        f"{SIGNED_BY[HandoverLine.SUCCESSOR]}{contents.successor}",
    ]
    return unicodedata.normalize("NFC", "\n".join(line.rstrip() for line in lines)) + "\n"


def _counted(contents: HandoverContents) -> str:
    promised = sum(one.place != OUTSIDE for one in contents.work)
    return (
        f"共移交{len(contents.work)}项，其中责任书条款{promised}条（已办结{contents.done}条），"
        f"责任书以外未办结的工作{len(contents.work) - promised}项。"
    )


def _line(one: Work) -> str:
    return GAP.join((one.place, shortened(one.title), _one_line(one.deadline), _one_line(one.remark)))


def shortened(title: str) -> str:
    """What a line says of its work."""
    said = _one_line(title).rstrip("。；")
    return said if len(said) <= MOST_SAID else f"{said[: MOST_SAID - 1]}…"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def cells(line: str) -> tuple[str, ...]:
    """The cells of a line about work, as many as there are columns; of any other line none."""
    found = line.split(GAP)
    return (*found, *[""] * (len(COLUMNS) - len(found))) if 1 < len(found) <= len(COLUMNS) else ()
