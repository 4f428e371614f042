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


@dataclass(frozen=True, slots=True)
class OpenWork:
    """A task or part that is not done: its title, when it is due in words, and how it stands where that matters."""

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
    promises: Sequence[tuple[str, str]]
    """Each with its place in the letter."""
    work: Sequence[OpenWork]


def answers_from(*, appointed_on: date, in_force_on: date) -> date:
    """The day from which a successor answers for a letter: of taking up the post, or of the letter's entering force."""
    return max(appointed_on, in_force_on)


def composed_handover(contents: HandoverContents) -> str:
    """The canonical text of a handover: NFC, one line feed a line, no spaces at line ends, one line feed at the end."""
    lines = [
        "目标责任书交接确认",
        f"责任书：{contents.title}",
        f"编号：{contents.number}",
        f"责任书文本摘要（SHA-256）：{contents.sha256}",
        f"单位及职务：{contents.unit}{contents.post}",
        f"移交人：{contents.predecessor}",
        f"接任人：{contents.successor}，自{day(contents.took_up_on)}起履行责任",
        "一、责任书承诺事项",
        *(f"（{place}）{' '.join(words.split())}" for place, words in contents.promises),
        "二、未办结的工作",
        *(_work(number, one) for number, one in enumerate(contents.work, 1)),
        *([] if contents.work else ["无。"]),
        "三、说明",
        f"本确认记载截至{day(contents.today)}的工作、承诺和时限，不增加新的承诺；原责任书及其签署继续有效。",
        f"{SIGNED_BY[HandoverLine.PREDECESSOR]}{contents.predecessor}",
        f"{SIGNED_BY[HandoverLine.SUCCESSOR]}{contents.successor}",
    ]
    return unicodedata.normalize("NFC", "\n".join(line.rstrip() for line in lines)) + "\n"


def _work(number: int, one: OpenWork) -> str:
    remark = f"，{one.remark}" if one.remark else ""
    return f"{number}．{' '.join(one.title.split())}（完成时限：{one.deadline}{remark}）"
