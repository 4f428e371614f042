"""How a group stands: the overview of supervisors and leaders, and the leader's one page."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.desk import links, queries, words
from tracker.desk.queries import Standing
from tracker.desk.views.blueprint import bp, overseen_group
from tracker.desk.views.notices import notices_waiting
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.errors import NotVisible
from tracker.kernel.text import _
from tracker.letters import queries as letters
from tracker.organisation.models import LeadershipGroup
from tracker.organisation.queries import seat_changes_waiting
from tracker.organisation.rules import LABELS as ORGANISATION_LABELS
from tracker.organisation.rules import LEADERS
from tracker.tasks.policy import OVERSEERS
from tracker.tasks.queries import UnitLights, Wait, Waiting, waiting_for
from tracker.tasks.queries.waits import LABELS as WAIT_LABELS
from tracker.tasks.rules import LABELS, Light

GROUP_WAITS = (Wait.SIGN_OFF, Wait.DECIDE_EXTENSION, Wait.DECIDE_ADJUSTMENT, Wait.VERIFY, Wait.ANSWER_EXPLANATION)
LEADER_WAITS = (Wait.SIGN_OFF, Wait.DECIDE_EXTENSION)
"""What only a leader decides; the rest of what they may do is done by office and supervisors day by day."""
SHOWN = 8
"""So many things that wait are listed at once; the rest unfolds, and what waits to be verified has its own list."""
BAR = (Light.DONE, Light.DONE_LATE, Light.GREEN, Light.YELLOW, Light.RED, Light.GREY)


@bp.get("/overview")
def my_overview() -> ResponseReturnValue:
    """The overview of the group that the reader watches over."""
    return redirect(url_for(".overview", group_id=_first_group()))


@bp.get("/review")
def my_review() -> ResponseReturnValue:
    """The review desk of the group that the reader watches over."""
    return redirect(url_for(".review", group_id=_first_group()))


def _first_group() -> int:
    groups = current_actor().groups_as(*OVERSEERS)
    if not groups:
        raise NotVisible
    return min(groups)


@bp.get("/groups/<int:group_id>/overview")
def overview(group_id: int) -> ResponseReturnValue:
    """How a group stands, with everything a link to its list."""
    return overview_page(current_actor(), overseen_group(group_id), tabs=_groups(group_id))


def _groups(current: int) -> list[dict[str, Any]]:
    """Tabs between the groups that the reader watches over."""
    groups = current_actor().groups_as(*OVERSEERS)
    if len(groups) < 2:
        return []
    names = queries.names_of_groups(groups)
    return [
        {"label": names[group], "url": url_for(".overview", group_id=group), "active": group == current}
        for group in sorted(groups)
    ]


def overview_page(actor: Actor, group: LeadershipGroup, *, tabs: Sequence[Mapping[str, Any]]) -> str:
    """The overview, at its own address or as somebody's first page."""
    today = clock.today()
    standing = queries.standing(group.id, today=today)
    heads = queries.heads_by_unit([unit.unit_id for unit in standing.units], today=today)
    waits = _waits(actor, group.id)
    more = [wait for wait in waits[SHOWN:] if wait.kind is not Wait.VERIFY]
    return render_template(
        "desk/overview.html",
        hats=tabs,
        group=group,
        today=today,
        standing=standing,
        cells=_cells(group, standing),
        units=[_unit_row(group.id, unit, heads.get(unit.unit_id, "")) for unit in standing.units],
        waits=waits[:SHOWN],
        waiting=len(waits),
        more=more,
        more_to_verify=len(waits[SHOWN:]) - len(more),
        seat_changes=seat_changes_waiting(actor, group.id),
        flag_numbers=queries.flag_numbers(actor, group.id, today=today),
        **notices_waiting(actor, group.id),
        **_letters(actor, group.id),
        organisation_labels=ORGANISATION_LABELS,
        worst=queries.worst(actor, group.id, today=today),
        links=links,
        words=words,
        labels=LABELS,
        wait_labels=WAIT_LABELS,
    )


def _letters(actor: Actor, group_id: int) -> dict[str, Any]:
    """How many letters of the group are not signed by all, how many wait for the reader, and outcomes to confirm."""
    found = letters.unsigned(group_id, day=clock.today())
    waiting = letters.waiting_for(actor) if found.letters else []
    leads = bool(actor.roles_in(group_id) & LEADERS)
    reconciled = letters.reconciliations_waiting_for(actor) if leads else []
    return {
        "letters": found,
        "letters_to_sign": sum(letter.group_id == group_id for letter in waiting),
        "letters_to_confirm": sum(letter.group_id == group_id for letter in reconciled),
    }


def _waits(actor: Actor, group_id: int) -> list[Waiting]:
    """What waits for the reader in the group itself, not for their unit."""
    found = waiting_for(actor, today=clock.today(), only_groups=True)
    return [wait for wait in found if wait.group_id == group_id and wait.kind in GROUP_WAITS]


def _cells(group: LeadershipGroup, standing: Standing) -> list[dict[str, Any]]:
    """The strip of numbers; each leads to its list."""
    lights, numbers = standing.lights, standing.numbers
    longest = _("最长 %(days)s 个工作日", days=standing.longest) if standing.longest else ""
    crossed = _("近 7 天新增 %(count)s 项", count=numbers.crossed) if numbers.crossed else ""
    return [
        {
            "label": _("任务办结率"),
            "value": f"{standing.done_percent:.1f}",
            "unit": "%",
            "note": _("已办结 %(done)s / %(total)s", done=standing.done, total=standing.total),
            "url": links.task_list(group.id, state="completed"),
            "parts": _bar(standing),
            "wide": True,
        },
        {
            "label": LABELS[Light.RED],
            "value": lights[Light.RED],
            "unit": _("项"),
            "note": " · ".join(filter(None, (longest, crossed))),
            "url": links.task_list(group.id, light="red"),
            "light": "red",
        },
        {
            "label": LABELS[Light.YELLOW],
            "value": lights[Light.YELLOW],
            "unit": _("项"),
            "note": _("%(days)s 个工作日内，其中 3 日内 %(count)s 项", days=group.yellow_days, count=numbers.near),
            "url": links.task_list(group.id, light="yellow"),
            "light": "yellow",
        },
        {
            "label": LABELS[Light.GREEN],
            "value": lights[Light.GREEN],
            "unit": _("项"),
            "url": links.task_list(group.id, light="green"),
            "light": "green",
        },
        {
            "label": _("待签收"),
            "value": numbers.issued,
            "unit": _("项"),
            "note": _("另有配合事项 %(count)s 项", count=numbers.unsigned_parts) if numbers.unsigned_parts else "",
            "url": links.task_list(group.id, state="issued"),
            "icon": "signature",
        },
        {
            "label": _("待核验"),
            "value": numbers.submitted,
            "unit": _("项"),
            "url": links.task_list(group.id, state="submitted"),
            "icon": "checks",
        },
    ]


def _bar(standing: Standing) -> list[dict[str, Any]]:
    """Shares of the whole, by light."""
    lights = standing.lights
    return [{"code": light.value, "count": lights[light], "word": LABELS[light]} for light in BAR]


def _unit_row(group_id: int, unit: UnitLights, head: str) -> dict[str, Any]:
    """A unit as the table of lights draws it."""
    urls = links.light_links(group_id, unit.unit_id)
    return {
        "unit": unit.unit,
        "url": links.portrait(group_id, unit.unit_id),
        "person": head,
        "cells": [
            ("open", unit.live, urls["open"]),
            *((light.value, unit.lights.get(light, 0), urls[light.value]) for light in links.COUNTED),
        ],
        "longest": unit.longest,
        "done_percent": unit.done_percent,
        "updated": words.short_day(clock.local_date(unit.updated_at)) if unit.updated_at else "",
    }


@bp.get("/groups/<int:group_id>/leader")
def leader(group_id: int) -> ResponseReturnValue:
    """One page for a leader's phone or desk: the numbers, the worst, and what waits for a decision."""
    actor, today = current_actor(), clock.today()
    group = overseen_group(group_id)
    leads = bool(actor.roles_in(group_id) & LEADERS)
    standing = queries.standing(group_id, today=today)
    return render_template(
        "desk/leader.html",
        group=group,
        today=today,
        standing=standing,
        waits=[wait for wait in _waits(actor, group_id) if wait.kind in LEADER_WAITS],
        seat_changes=seat_changes_waiting(actor, group_id),
        flag_numbers=queries.flag_numbers(actor, group_id, today=today),
        **notices_waiting(actor, group_id),
        **_letters(actor, group_id),
        organisation_labels=ORGANISATION_LABELS,
        worst=queries.worst(actor, group_id, today=today, limit=4),
        pressing=[unit for unit in standing.units if unit.lights.get(Light.RED) or unit.lights.get(Light.YELLOW)],
        to_appoint=queries.to_appoint(group_id, today=today) if leads else [],
        links=links,
        words=words,
        labels_of={light.value: LABELS[light] for light in Light},
        parts_of_bar=_bar(standing),
        wait_labels=WAIT_LABELS,
    )
