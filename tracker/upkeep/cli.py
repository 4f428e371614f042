"""flask doctor; flask backup."""

from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from tracker.kernel import clock
from tracker.upkeep import backup as backups
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


backup = AppGroup("backup", help="Backups of database and uploaded files: make, check, bring back.")
FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@backup.command("create")
@FOLDER
def create(folder: Path) -> None:
    """Make a backup in a new folder below FOLDER, while people work. Keep the keys elsewhere: they are not in it."""
    try:
        place, manifest = backups.create(folder, now=clock.now())
    except (backups.Unusable, OSError) as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo(place)
    click.echo(f"{sum(manifest.tables.values())} 行，{len(manifest.files)} 个附件，版本 {manifest.revision}")
    if manifest.damaged:
        raise click.ClickException("有附件丢失或被改动，没有备份：\n" + "\n".join(manifest.damaged))


@backup.command("verify")
@FOLDER
def verify(folder: Path) -> None:
    """Read a backup from end to end and hold it against its manifest; exits with 1 where it is not whole."""
    try:
        manifest = backups.read_manifest(folder)
        wrong = list(backups.faults(folder, manifest))
    except (backups.Unusable, OSError) as fault:
        raise click.ClickException(str(fault)) from fault
    if wrong:
        raise click.ClickException("\n".join(wrong))
    click.echo(f"完好：{sum(manifest.tables.values())} 行，{len(manifest.files)} 个附件，备份于 {manifest.made_at}")


@backup.command("restore")
@FOLDER
@click.option("--other-keys", is_flag=True, help="Also without the keys that seal it.")
def restore(folder: Path, other_keys: bool) -> None:
    """Bring a backup back into an empty installation; outgoing messages stay held until `flask deliver release`."""
    try:
        manifest = backups.read_manifest(folder)
        backups.restore(folder, manifest, now=clock.now(), other_keys=other_keys)
    except (backups.Unusable, OSError) as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo("已恢复。外发消息已停发：核对后运行 flask deliver release。")
