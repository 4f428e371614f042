"""通报 as a draft: basis and figures, what went well, what did not (unit, matter, days late), what is demanded.

A statutory kind of document, with the red head. It is Chinese whatever the reader's language. The draft is made of
plain data; people decide on it, change it, number it and send it out.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.documents.paper import (
    Align,
    Block,
    Column,
    Heading,
    Imprint,
    Paper,
    Paragraph,
    RedHead,
    Table,
    day,
)

SIZE = 12
NUMERALS = "一二三四"


@dataclass(frozen=True, slots=True)
class NamedProblem:
    """A named problem: which unit, which matter, how many days late (0: not a matter of days), and what else."""

    unit: str
    matter: str
    days_late: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Circular:
    """What a 通报 says. opening: basis and scope; progress: sentences with figures; demands end with a date."""

    issuer: str
    title: str
    opening: str
    addressees: str = "各成员单位"
    progress: Sequence[str] = ()
    praised: Sequence[str] = ()
    problems: Sequence[NamedProblem] = ()
    demands: Sequence[str] = ()
    report_by: dt.date | None = None
    number: str = ""
    date: dt.date | None = None
    copies_to: str = ""
    office: str = ""


def circular_paper(circular: Circular) -> Paper:
    """通报 in its full form, with what has nothing to say left out."""
    sections: list[tuple[str, Sequence[Block]]] = [
        ("工作进展", [Paragraph(line) for line in circular.progress]),
        ("做得好的方面", [Paragraph(line) for line in circular.praised]),
        ("存在的问题", [_problems(circular.problems)] if circular.problems else []),
        ("下一步要求", _demands(circular)),
    ]
    blocks: list[Block] = [Paragraph(circular.opening)]
    for numeral, (title, body) in zip(NUMERALS, [one for one in sections if one[1]], strict=False):
        blocks += [Heading(f"{numeral}、{title}"), *body]
    imprint = None
    if circular.office and circular.date is not None:
        imprint = Imprint(circular.office, circular.date, circular.copies_to)
    return Paper(
        circular.title,
        tuple(blocks),
        head=RedHead(circular.issuer, number=circular.number),
        addressees=circular.addressees,
        issued_by=(circular.issuer,),
        date=circular.date,
        imprint=imprint,
    )


def _problems(problems: Sequence[NamedProblem]) -> Table:
    columns = (
        Column("序号", 0.8, Align.CENTER),
        Column("单位", 2.4),
        Column("事项", 4),
        Column("逾期天数", 1.3, Align.CENTER),
        Column("情况", 3),
    )
    rows = tuple(
        (str(number), one.unit, one.matter, str(one.days_late) if one.days_late else "—", one.note)
        for number, one in enumerate(problems, 1)
    )
    return Table(columns, rows, font_size=SIZE)


def _demands(circular: Circular) -> list[Paragraph]:
    found = [Paragraph(line) for line in circular.demands]
    if circular.report_by is not None:
        found.append(Paragraph(f"请有关单位于{day(circular.report_by)}前将整改情况书面报领导小组办公室。"))
    return found
