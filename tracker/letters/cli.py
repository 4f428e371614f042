"""flask letters verify: whether every letter is what was issued and signed."""

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from tracker.kernel.installation import settings
from tracker.letters import queries

cli = AppGroup("letters", help="Responsibility letters, from the server's shell.")


@cli.command("verify")
@click.argument("letter_ids", nargs=-1, type=click.IntRange(1, 2**31 - 1))
@click.option("--all", "everything", is_flag=True, help="Every letter.")
def verify(letter_ids: tuple[int, ...], everything: bool) -> None:
    """Recompute texts, digests, signatures and marks; name what does not match and exit with 1."""
    if everything == bool(letter_ids):
        raise click.UsageError("请给出责任书的序号，或者用 --all 核对全部。")
    found = 0
    with force_locale("zh"):
        for fault in queries.faults(None if everything else letter_ids, root=settings().files_dir):
            found += 1
            click.echo(f"{fault.letter_id} {fault.number or '—'}：{fault.sentence}")
        checked = queries.count_letters(None if everything else letter_ids)
    click.echo(f"核对 {checked} 份，问题 {found} 处")
    if found:
        raise SystemExit(1)
