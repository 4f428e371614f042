"""Which message goes to whom about letters; enqueued with the act, never sent here."""

from collections.abc import Iterable
from datetime import date, datetime

from tracker.kernel.clock import local_date
from tracker.kernel.registry import Message
from tracker.kernel.text import _l
from tracker.letters.models import AskedLetter, ClauseOpinion, Letter, LetterBatch
from tracker.letters.rules import LetterKind, LetterState
from tracker.organisation.queries import contacts, office_people, unit_people
from tracker.organisation.rules import ContactRole, PostRank
from tracker.outbox.commands import enqueue, settle
from tracker.tasks.policy import confirmers

TO_SIGN = frozenset({"issued", "handover", "succeeded", "urged"})
"""What must be signed: these reach their reader by mail whatever is switched off."""

MESSAGES = {
    **{
        f"letter.{kind}": Message(sentence, "letters.show", "letter_id", icon, must=kind in TO_SIGN)
        for kind, sentence, icon in (
            ("issued", _l("请于 %(sign_by)s 前签署：%(title)s（%(number)s）"), "signature"),
            ("in_force", _l("责任书已由双方签署生效：%(title)s（%(number)s）"), "circle-check"),
            ("sent_back", _l("%(unit)s退回责任书：%(remark)s（%(number)s）"), "arrow-back-up"),
            ("withdrawn", _l("责任书已撤回：%(title)s（%(number)s）——%(remark)s"), "ban"),
            ("reconciled", _l("年终对账待您确认：%(unit)s（%(number)s）"), "checks"),
            ("fulfilled", _l("年终对账已经甲方确认：%(title)s（%(number)s）"), "circle-check"),
            ("handover", _l("请办理责任书交接确认：%(title)s（%(number)s）"), "signature"),
            (
                "succeeded",
                _l("%(before)s签署的责任书由您继续履行，请在 %(due_on)s 前办理交接确认：%(title)s（%(number)s）"),
                "signature",
            ),
            ("handed_over", _l("%(unit)s责任书已交接（%(number)s）"), "circle-check"),
            ("urged", _l("%(by)s催签责任书：%(title)s（%(number)s），签署期限 %(sign_by)s"), "bell"),
        )
    },
    **{
        f"letter.views_{kind}": Message(sentence, "letters.asked", "asked_id", icon)
        for kind, sentence, icon in (
            ("asked", _l("责任书征求意见：%(title)s（请于%(day)s前答复）"), "message"),
            ("drafted", _l("有征求意见答复待您确认：%(title)s"), "pencil"),
            ("handled", _l("您单位对责任书的意见已处理：%(title)s"), "checks"),
            ("withdrawn", _l("征求意见已撤回：%(title)s"), "arrow-back-up"),
        )
    },
    "letter.hand_on_drafted": Message(
        _l("有分解下达的责任书待您下发：%(title)s"), "letters.batch", "letter_batch_id", "send"
    ),
    "letter.to_sign": Message(
        _l("有责任书等您签署，可以集中签署：%(title)s"), "letters.sign_many", "", "signature", must=True
    ),
}


def unit_audience(letter: Letter, *, now: datetime) -> set[int]:
    """The people of the unit who hear of its letter: heads, deputy in charge, liaison."""
    return _people(letter.group_id, letter.unit_id, local_date(now))


def _people(group_id: int, unit_id: int, day: date) -> set[int]:
    heads = unit_people(unit_id, day=day, ranks=[PostRank.HEAD])
    return {*heads, *contacts(group_id, unit_id, day=day, roles=tuple(ContactRole))}


def tell(
    kind: str, letter: Letter, recipients: Iterable[int], *, now: datetime, key: str = "", by_name: str = ""
) -> None:
    """Tell people how a letter stands; what was still unread about it is done with."""
    subject = ("letter", letter.id)
    settle(subject, now=now)
    enqueue(
        f"letter.{kind}",
        recipients,
        subject=subject,
        params={
            "title": letter.batch.title,
            "number": letter.number or "",
            "unit": letter.unit.name,
            "remark": letter.remark,
            "sign_by": letter.sign_by.isoformat(),
            "by": by_name,
        },
        key=f"letter:{letter.id}:{letter.edition}:{key or kind}",
        now=now,
        group_id=letter.group_id,
    )


def tell_office(kind: str, letter: Letter, *, now: datetime) -> None:
    """Tell the group's office what a unit did with its letter; where a unit handed it on, that unit."""
    tell(kind, letter, office_audience(letter, now=now), now=now)


def office_audience(letter: Letter, *, now: datetime) -> set[int]:
    """The people of the group's office; of a letter that a unit handed on, those of that unit."""
    above, day = letter.batch.unit_id, local_date(now)
    return set(office_people(letter.group_id, day=day)) if above is None else _people(letter.group_id, above, day)


def tell_drafted(batch: LetterBatch, *, now: datetime) -> None:
    """Tell head and deputy in charge that their liaison has drafted letters that hand clauses on."""
    assert batch.unit_id is not None
    enqueue(
        "letter.hand_on_drafted",
        confirmers(batch.group_id, batch.unit_id, day=local_date(now)),
        subject=("letter_batch", batch.id),
        params={"title": batch.title},
        key=f"letter_batch:{batch.id}:drafted",
        now=now,
        group_id=batch.group_id,
    )


def tell_first_party(letter: Letter, recipients: Iterable[int], *, now: datetime) -> None:
    """Tell who signs for the first party that letters wait: once a batch, however many there are.

    What is issued later, again or as a letter that follows, is told of on its own.
    """
    with_others = letter.kind is LetterKind.LETTER and letter.edition == 1
    about = f"letter_batch:{letter.batch_id}" if with_others else f"letter:{letter.id}:{letter.edition}"
    enqueue(
        "letter.to_sign",
        recipients,
        subject=("letter_batch", letter.batch_id) if with_others else ("letter", letter.id),
        params={"title": letter.batch.title},
        key=f"{about}:to_sign",
        now=now,
        group_id=letter.group_id,
    )


def tell_asked(kind: str, asked: Iterable[AskedLetter], *, now: datetime) -> None:
    """Tell units that they are asked for their views on their letter, or no longer."""
    for one in asked:
        if one.letter.state is LetterState.DRAFT:
            _tell_of_views(kind, one, unit_audience(one.letter, now=now), now=now)


def tell_views_drafted(asked: AskedLetter, *, now: datetime) -> None:
    """Tell head and deputy in charge that their liaison has drafted an answer."""
    people = confirmers(asked.letter.group_id, asked.letter.unit_id, day=local_date(now))
    _tell_of_views("letter.views_drafted", asked, people, now=now, key=str(asked.version))


def tell_view_handled(row: ClauseOpinion, *, now: datetime) -> None:
    """Tell a unit that its opinion was adopted or not."""
    people = unit_audience(row.asked.letter, now=now)
    _tell_of_views("letter.views_handled", row.asked, people, now=now, key=f"{row.id}.{row.version}")


def _tell_of_views(kind: str, asked: AskedLetter, people: Iterable[int], *, now: datetime, key: str = "") -> None:
    batch = asked.consultation.batch
    enqueue(
        kind,
        people,
        subject=("letter_asked", asked.id),
        params={"title": batch.title, "day": asked.consultation.reply_by.isoformat()},
        key=f"{kind}:{asked.id}:{key}",
        now=now,
        group_id=batch.group_id,
    )


def tell_successor(letter: Letter, successor_id: int, *, before: str, since: date, due_on: date, now: datetime) -> int:
    """Tell who took up a post which letter passes to them and by when to sign for it, once; gives back how many."""
    return enqueue(
        "letter.succeeded",
        [successor_id],
        subject=("letter", letter.id),
        params={
            "title": letter.batch.title,
            "number": letter.number or "",
            "before": before,
            "due_on": due_on.isoformat(),
        },
        key=f"letter:{letter.id}:succeeded:{since.isoformat()}",
        now=now,
        group_id=letter.group_id,
    )
