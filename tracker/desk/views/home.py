"""The first page after signing in: the desk of the office, of a unit, of whoever watches over a group, or of a duty."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts.queries import units_without_account
from tracker.desk import links, policy, queries, words
from tracker.desk.policy import Hat
from tracker.desk.rules import LABELS, QUIET_WEEKS, SLOW_DAYS, HatKind
from tracker.desk.views.blueprint import bp
from tracker.desk.views.group import overview_page
from tracker.desk.views.notices import notices_at_unit, notices_waiting
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.text import _
from tracker.letters import queries as letters
from tracker.organisation.queries import group_by_id, seat_changes_waiting
from tracker.organisation.rules import LABELS as ORGANISATION_LABELS
from tracker.oversight.queries import callees_of
from tracker.oversight.rules import LABELS as FLAG_LABELS
from tracker.tasks.queries import (
    TaskFilter,
    Wait,
    Waiting,
    Window,
    counts_by_light,
    list_tasks,
    reckoning,
    unreported_by_unit,
    waiting_for,
)
from tracker.tasks.queries.waits import LABELS as WAIT_LABELS
from tracker.tasks.rules import LABELS as TASK_LABELS
from tracker.tasks.rules import Light

Tabs = Sequence[Mapping[str, Any]]

UNIT_WAITS = frozenset(
    {
        Wait.ANSWER_CONSULTATION,
        Wait.ACCEPT,
        Wait.ACCEPT_PART,
        Wait.CONFIRM_SUBMISSION,
        Wait.CONFIRM_REPORT,
        Wait.RETURNED,
        Wait.REPORT,
        Wait.REPORT_PART,
        Wait.NAME_OWNER,
        Wait.HANDED_DOWN,
    }
)
"""What waits for somebody because of their unit; the rest waits for the group's office, supervisors and leaders."""
CONFIRMATIONS = frozenset({Wait.CONFIRM_SUBMISSION, Wait.CONFIRM_REPORT})
WEEK_ROWS = 8


@bp.get("/")
def home() -> ResponseReturnValue:
    """The desk of whoever looks; who is several things at once gets tabs."""
    actor = current_actor()
    hats = policy.hats_of(actor)
    if not hats:
        return render_template("desk/nothing.html")
    wanted = request.args.get("as", "")
    hat = next((hat for hat in hats if hat.code == wanted), hats[0])
    pages: Mapping[HatKind, Callable[[Actor, Hat, Tabs], str]] = {
        HatKind.OFFICE: _office,
        HatKind.OVERVIEW: lambda actor, hat, tabs: overview_page(actor, group_by_id(hat.group_id or 0), tabs=tabs),
        HatKind.UNIT: _unit,
        HatKind.DUTY: _duty,
    }
    return pages[hat.kind](actor, hat, _tabs(hats, hat))


def _tabs(hats: Sequence[Hat], current: Hat) -> Tabs:
    """One tab for each hat; the group's name stands with it where several groups have the same kind of desk."""
    if len(hats) == 1:
        return []
    groups = [hat.group_id for hat in hats if hat.group_id is not None]
    names = queries.names_of_groups(set(groups)) if groups else {}
    several = len(set(groups)) > 1
    return [
        {
            "label": f"{names[hat.group_id]} · {LABELS[hat.kind]}" if several and hat.group_id else LABELS[hat.kind],
            "url": _at(hat),
            "active": hat == current,
        }
        for hat in hats
    ]


def _at(hat: Hat, **more: Any) -> str:
    """The address of a desk."""
    return url_for(".home", **{"as": hat.code, **more})


def _office(actor: Actor, hat: Hat, tabs: Tabs) -> str:
    """What runs through the office's hands today."""
    now, today = clock.now(), clock.today()
    group = group_by_id(hat.group_id or 0)
    days = 7 if request.args.get("days") == "7" else 1
    since = clock.local_date(now) if days == 1 else date.fromordinal(today.toordinal() - days + 1)
    quiet_since = date.fromordinal(today.toordinal() - 7 * QUIET_WEEKS)
    week = TaskFilter(group_id=group.id, window=Window.WEEK)
    unreported = unreported_by_unit([group.id], since=queries.start_of(quiet_since))
    continuous = queries.quiet_continuous(group.id, today=today)
    silent = {unit_id for unit_id, _unit, _number in unreported} | {task.unit_id for task in continuous}
    return render_template(
        "desk/office.html",
        hats=tabs,
        hat=hat,
        group=group,
        today=today,
        days=days,
        numbers=queries.numbers(group.id, today=today),
        waits=[wait for wait in waiting_for(actor, today=today) if _of_group(wait, group.id)],
        arrivals=queries.arrivals(group.id, since=since),
        unsigned=queries.unsigned(group.id, today=today),
        unreported=unreported,
        silent=callees_of(group.id, silent, day=today) if silent else {},
        quiet_since=quiet_since,
        quiet_weeks=QUIET_WEEKS,
        continuous=continuous,
        owed=queries.owed_by_office(group.id, today=today, slow=SLOW_DAYS),
        slow_days=SLOW_DAYS,
        due=list_tasks(actor, week, today=today, limit=WEEK_ROWS),
        letters=letters.unsigned(group.id, day=today),
        lacking=units_without_account(group.id, today),
        seat_changes=seat_changes_waiting(actor, group.id),
        flag_numbers=queries.flag_numbers(actor, group.id, today=today),
        **notices_waiting(actor, group.id),
        organisation_labels=ORGANISATION_LABELS,
        text=words.work_group_text(
            group.short_name or group.name, queries.matters_by_unit(group.id, today=today), now=now
        ),
        links=links,
        words=words,
        labels=LABELS,
        wait_labels=WAIT_LABELS,
        task_labels=TASK_LABELS,
    )


def _of_group(wait: Waiting, group_id: int) -> bool:
    return wait.group_id == group_id and wait.kind not in UNIT_WAITS


def _unit(actor: Actor, hat: Hat, tabs: Tabs) -> str:
    """A unit's tasks over all its groups, on a phone first."""
    today = clock.today()
    light = next(
        (light for light in (Light.RED, Light.YELLOW, Light.GREEN) if light == request.args.get("light")), None
    )
    cursor = request.args.get("after", "")
    day = reckoning(today)
    waits = [
        wait
        for wait in waiting_for(actor, today=today, day=day)
        if wait.kind in UNIT_WAITS - {Wait.REPORT, Wait.REPORT_PART}
    ]
    counts = counts_by_light(actor, today=today, only_own=True, day=day)
    return render_template(
        "desk/unit.html",
        portrait_url=links.portrait(*next(iter(actor.member_units))) if len(actor.member_units) == 1 else None,
        hats=tabs,
        hat=hat,
        counts=counts,
        strip=_strip(counts, light, hat),
        light=light,
        waits=waits,
        letters=letters.waiting_for(actor),
        asked=letters.views_waiting_for(actor, today=today),
        handovers=letters.handovers_waiting_for(actor, day=today),
        flags=queries.flags_to_explain(actor),
        statements=queries.statements_to_give(actor),
        flag_labels=FLAG_LABELS,
        notices=notices_at_unit(actor),
        today=today,
        drafts=sum(wait.kind in CONFIRMATIONS for wait in waits),
        confirmations=CONFIRMATIONS,
        tasks=queries.unit_tasks(actor, today=today, light=light, cursor=cursor, day=day),
        cursor=cursor,
        actor=actor,
        links=links,
        words=words,
        wait_labels=WAIT_LABELS,
        task_labels=TASK_LABELS,
    )


def _strip(counts: Mapping[Light, int], chosen: Light | None, hat: Hat) -> list[dict[str, Any]]:
    """The row of lights that filters the list below."""
    cells = [
        {
            "count": counts[light],
            "word": TASK_LABELS[light],
            "code": light.value,
            "url": _at(hat, light=light.value),
            "active": light is chosen,
        }
        for light in (Light.RED, Light.YELLOW, Light.GREEN)
    ]
    running = sum(counts[light] for light in (Light.RED, Light.YELLOW, Light.GREEN, Light.GREY))
    everything = {"count": running, "word": _("全部在办"), "code": None, "active": chosen is None}
    return [*cells, {**everything, "url": _at(hat)}]


def _duty(actor: Actor, hat: Hat, tabs: Tabs) -> str:
    """What an administrator, auditor or registrar comes to do."""
    return render_template(
        "desk/duty.html",
        hats=tabs,
        hat=hat,
        duties=policy.duties_of(actor),
        labels=ORGANISATION_LABELS,
    )
