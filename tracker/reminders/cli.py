"""Commands of the shell for what runs by the clock."""

from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from tracker.kernel import clock
from tracker.kernel.clock import LOCAL
from tracker.reminders.scheduler import run_scheduler
from tracker.reminders.sweep import sweep

scheduler = AppGroup("scheduler", help="The process that finds what falls due.")


@scheduler.command("run")
def run() -> None:
    """Tick until told to stop: sweeps at 00:10, 08:00 and 13:00, missed ones made up for at once."""
    run_scheduler(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way


@click.command("sweep")
@click.option("--at", "moment", help="Do it as at this local time, such as 2026-03-18T08:00.")
@with_appcontext
def sweep_once(moment: str | None) -> None:
    """Do by hand what the scheduler does: crossings, recurring tasks, reminders."""
    counts = sweep(now=_moment(moment))
    said = "逾期记录 {crossings}，周期任务 {issued}，责任书到期 {expired}，提醒 {reminders}，失败 {failed}"
    click.echo(said.format(**counts))
    if counts["failed"]:
        raise SystemExit(1)


def _moment(text: str | None) -> datetime:
    if text is None:
        return clock.now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter("请写成 2026-03-18T08:00 这样的时间。", param_hint="--at") from error
    return moment.replace(tzinfo=LOCAL) if moment.tzinfo is None else moment
