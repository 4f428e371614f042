"""The shell's command for the demo story."""

import click
from flask.cli import AppGroup

from tracker.demo.story import load
from tracker.kernel import clock
from tracker.kernel.errors import Refusal
from tracker.kernel.installation import settings

demo = AppGroup("demo", help="The demo story.")


@demo.command("load")
def load_story() -> None:
    """Fill an empty database with the invented district 清澜区; it stays marked as a demo for good."""
    try:
        counts = load(now=clock.now(), root=settings().files_dir)
    except Refusal as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    said = "清澜区：单位 {unit}，人员 {person}，任务 {task}，消息 {inbox_item}"
    click.echo(said.format(**counts))
