"""Commands of the shell for what runs by the clock."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale

from tracker.kernel import clock
from tracker.kernel.actor import SYSTEM
from tracker.kernel.clock import LOCAL
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Refusal, Stale
from tracker.kernel.processes import own_name
from tracker.kernel.soundness import refuse_unsound
from tracker.reminders import commands, status, ticks
from tracker.reminders.jobs import Job, all_jobs, latest_slot, slot_name
from tracker.reminders.models import HeldRun
from tracker.reminders.queries.held import clock_doubted, held_runs
from tracker.reminders.rules import LABELS
from tracker.reminders.scheduler import run_scheduler
from tracker.reminders.sweep import carry_out, sweep

scheduler = AppGroup("scheduler", help="The process that finds what falls due.")


@scheduler.command("run")
def run() -> None:
    """Tick until told to stop: sweeps at 00:10, 08:00 and 13:00, missed ones made up for at once.

    Of several on PostgreSQL one leads, and another takes over within a minute of its death.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way
    refuse_unsound(clock.now())
    try:
        run_scheduler(app)
    except Stale as refusal:
        with force_locale("zh"):
            raise SystemExit(str(refusal.message)) from refusal


jobs = AppGroup("jobs", help="The jobs of the clock: run one by hand, see how they stand.")


@jobs.command("run")
@click.argument("name")
@click.option("--slot", help="The slot to run, such as 2026-03-18T08:00, also if it was run; otherwise this minute.")
@click.option("--dry-run", is_flag=True, help="Count what it would do, and write nothing.")
def run_job(name: str, slot: str | None, dry_run: bool) -> None:
    """Run a job by hand. Jobs look at facts, so running one twice changes nothing but what is due."""
    known = {job.name: job for job in all_jobs()}
    job = known.get(name)
    if job is None:
        raise click.BadParameter(f"没有这个任务；现有：{'、'.join(known)}。", param_hint="NAME")
    now = clock.now()
    wanted = slot_name(_moment(slot))
    if dry_run:
        _say_counts(_tried(job, now=now))
        return
    try:
        counts, error = ticks.run_by_hand(job, wanted, holder=own_name(), now=now)
    except Stale as refusal:
        with force_locale("zh"):
            raise SystemExit(str(refusal.message)) from refusal
    _say_counts(counts)
    if error or counts.get("failed"):
        raise SystemExit(error or 1)


def _tried(job: Job, *, now: datetime) -> Mapping[str, Any]:
    if job.own_steps:
        raise click.UsageError(f"{job.name} 不能试运行。")
    return ticks.try_out(job, now=now)


def _say_counts(counts: Mapping[str, Any]) -> None:
    click.echo("  ".join(f"{name} {count}" for name, count in counts.items()) or "-")


@jobs.command("status")
def show_status() -> None:
    """Who leads, who is alive, and how the latest slot of each job went."""
    now = clock.now()
    slots = {job.name: moment for job in all_jobs() if (moment := latest_slot(job, now)) is not None}
    for line in status.lines(slots, now=now):
        click.echo(line)


@click.group("sweep", invoke_without_command=True, help="Sweep by hand; look at held runs and decide on them.")
@click.option("--at", "moment", help="Do it as at this local time, such as 2026-03-18T08:00.")
@click.pass_context
@with_appcontext
def sweep_once(context: click.Context, moment: str | None) -> None:
    """Do by hand what the scheduler does: crossings, recurring tasks, reminders. The clock is believed."""
    if context.invoked_subcommand is not None:
        return
    counts = sweep(now=_moment(moment))
    said = "逾期记录 {crossings}，周期任务 {issued}，责任书到期 {expired}，提醒 {reminders}，失败 {failed}"
    click.echo(said.format(**counts))
    if counts["failed"]:
        raise SystemExit(1)


@sweep_once.command("held")
@with_appcontext
def show_held() -> None:
    """List the runs that are held, with their numbers."""
    with force_locale("zh"):
        for run in held_runs(SYSTEM):
            where = run.group.name if run.group else "-"
            at = run.at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
            click.echo(f"{run.id}\t{LABELS[run.state]}\t{LABELS[run.cause]}\t{at}\t{where}\t{run.planned}")


@sweep_once.command("release")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it may go out.")
@with_appcontext
def release(number: int, reason: str) -> None:
    """Let a held run go out at once; of one that is held because of the clock, say that the clock is right."""
    now = clock.now()
    _decide(number, reason, commands.release_held, now=now)
    if clock_doubted(now):
        click.echo("系统时间可疑，确认时间正确后发出。")
        return
    click.echo("已发出 {released} 条。".format(**carry_out(now=now)))


@sweep_once.command("discard")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it may not.")
@with_appcontext
def discard(number: int, reason: str) -> None:
    """Let a held run never go out."""
    _decide(number, reason, commands.discard_held, now=clock.now())
    click.echo("已取消。")


def _decide(number: int, reason: str, decide: Callable[..., None], *, now: datetime) -> None:
    try:
        with write_transaction() as session:
            run = session.get(HeldRun, number)
            if run is None:
                raise click.BadParameter("没有这个编号。", param_hint="NUMBER")
            if run.group_id is None and decide is commands.release_held:
                commands.confirm_clock(reason=reason, by=SYSTEM, now=now)
            else:
                decide(run, reason=reason, version=run.version, by=SYSTEM, now=now)
    except Refusal as refusal:
        with force_locale("zh"):
            raise SystemExit(str(refusal.message)) from refusal


def _moment(text: str | None) -> datetime:
    if text is None:
        return clock.now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter("请写成 2026-03-18T08:00 这样的时间。", param_hint="--at / --slot") from error
    return moment.replace(tzinfo=LOCAL) if moment.tzinfo is None else moment
