"""Ask for a table on paper that takes longer than a page can wait: a job in the background."""

from collections.abc import Mapping
from datetime import datetime

from tracker.kernel import jobs
from tracker.kernel.actor import Actor
from tracker.kernel.jobs import BackgroundJob
from tracker.plans.models import Plan

BREAKDOWN_PDF = "tasks.breakdown"


def ask_for_breakdown(
    title: str, *, plan: Plan | None = None, address: Mapping[str, str] | None = None, by: Actor, now: datetime
) -> BackgroundJob:
    """Ask for 任务分解表 as PDF, of a plan or of the list of an address. Asking twice gets the job under way."""
    arguments = {
        "title": title,
        "plan_id": plan.id if plan is not None else 0,
        "list": dict(address or {}),
        "standing": standing_of(by),
    }
    return jobs.ask(BREAKDOWN_PDF, arguments, by=by, now=now, group_id=plan.group_id if plan is not None else None)


def standing_of(actor: Actor) -> list[str]:
    """By what somebody sees tasks: their seats, and the units of their posts."""
    return sorted([*(f"s{seat.seat_id}" for seat in actor.seats), *(f"u{unit_id}" for unit_id in actor.unit_ids)])
