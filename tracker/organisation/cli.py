"""Shell commands for the working-day calendar."""

import click
from flask.cli import AppGroup

from tracker.kernel import clock
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.organisation import commands

cli = AppGroup("calendar", help="The working-day calendar.")


@cli.command("seed")
def seed() -> None:
    """Enter the working days of known years and guess those to come; safe to repeat."""
    with write_transaction():
        years = commands.seed_calendar(by=SYSTEM, now=clock.now())
    click.echo("calendar: " + (", ".join(str(year) for year in years) or "up to date"))
