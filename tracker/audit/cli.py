"""flask audit …: seal the record of acts, verify it, and write down what stands for it."""

from itertools import islice
from pathlib import Path
from typing import TextIO

import click
from flask.cli import AppGroup

from tracker.audit import queries
from tracker.audit.sealing import seal_waiting
from tracker.audit.verification import Anchor, Verification, read_anchors
from tracker.kernel import clock
from tracker.kernel.clock import LOCAL
from tracker.kernel.soundness import refuse_other_schema

cli = AppGroup("audit", help="The record of acts: seal, verify, anchor.")

SHOWN = 100
"""Findings that are written out; the rest are counted."""


@cli.command("seal")
def seal() -> None:
    """Seal what waits, in the whole record. The scheduler seals what came in lately every half minute."""
    refuse_other_schema(clock.now())
    click.echo(f"已封存 {seal_waiting(now=clock.now(), everything=True)} 条")


@cli.command("anchor")
@click.option("--save", type=click.Path(path_type=Path), help="Add it to this file, one line an anchor.")
def anchor(save: Path | None) -> None:
    """Print the newest seal as one line, to be kept where nobody who keeps this installation can change it."""
    refuse_other_schema(clock.now())
    newest = queries.last_seal()
    if newest is None:
        raise click.ClickException("尚未封存过，没有锚点。")
    line = queries.anchor_line(newest)
    if save is None:
        click.echo(line)
        return
    with save.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    click.echo(f"第 {newest.number} 次封存已写入 {save}")


@cli.command("verify")
@click.option(
    "--anchor", "kept", type=click.File(encoding="utf-8"), help="A file of anchors to hold the record against."
)
def verify(kept: TextIO | None) -> None:
    """Recompute the whole record; names what was altered, removed, inserted or reordered, and then exits with 1."""
    refuse_other_schema(clock.now())
    walk = Verification(_anchors(kept))
    found = walk.findings()
    for finding in islice(found, SHOWN):
        click.echo(str(finding))
    more = sum(1 for _ in found)
    if more:
        click.echo(f"另有 {more} 处")
    _tell(walk)
    if walk.found:
        raise SystemExit(1)


def _anchors(kept: TextIO | None) -> list[Anchor]:
    if kept is None:
        return []
    try:
        return read_anchors(kept)
    except ValueError as error:
        raise click.BadParameter(f"不是锚点：{error}", param_hint="--anchor") from error


def _tell(walk: Verification) -> None:
    click.echo(f"封存 {walk.seal_count} 次，记录 {walk.rows} 条；未封存 {walk.unsealed} 条")
    if walk.oldest_unsealed is not None:
        since = walk.oldest_unsealed.astimezone(LOCAL)
        click.echo(f"未封存的最早一条：{since:%Y-%m-%d %H:%M}。封存之前整条删除的，查不出来。")
    if walk.from_before:
        click.echo(f"其中 {walk.from_before} 条在启用校验之前已有，此前是否改动过无从知道。")
    if walk.unknown_keys:
        click.echo(f"不在本机的密钥：{'、'.join(sorted(walk.unknown_keys))}")
    click.echo(f"发现 {walk.found} 处问题" if walk.found else "未发现问题")
