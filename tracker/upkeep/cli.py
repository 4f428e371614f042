"""flask doctor; flask backup."""

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from tracker.kernel import clock
from tracker.upkeep.doctor import examine


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Look for everything that can be wrong with this installation; exits with 1 where it must not run as it is."""
    try:
        found = examine(clock.now())
    except SQLAlchemyError as fault:
        raise click.ClickException(f"数据库不能使用：{fault}") from fault
    for symptom in found:
        click.echo(f"{'✗' if symptom.grave else '!'} {symptom.what}")
    if any(symptom.grave for symptom in found):
        raise SystemExit(1)
    click.echo("可以运行。")
