"""flask letters: whether every letter is what was issued and signed, and the seal on their PDFs."""

import os
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from tracker.documents.pdf_seals.pkcs12 import MAX_NAME_BYTES, new_certificate
from tracker.kernel import clock
from tracker.kernel.errors import Refusal
from tracker.kernel.installation import settings
from tracker.kernel.soundness import refuse_other_schema
from tracker.letters import queries
from tracker.letters.sealing import seal_letters

cli = AppGroup("letters", help="Responsibility letters, from the server's shell.")


@cli.command("verify")
@click.argument("letter_ids", nargs=-1, type=click.IntRange(1, 2**31 - 1))
@click.option("--all", "everything", is_flag=True, help="Every letter, as without any number.")
def verify(letter_ids: tuple[int, ...], everything: bool) -> None:
    """Recompute texts, digests, signatures and marks of all letters, or of those named; exit with 1 if any differs."""
    if everything and letter_ids:
        raise click.UsageError("请给出责任书的序号，或者用 --all 核对全部，不要同时使用。")
    refuse_other_schema(clock.now())
    found, chosen = 0, letter_ids or None
    with force_locale("zh"):
        for fault in queries.faults(chosen, root=settings().files_dir):
            found += 1
            click.echo(f"{fault.letter_id} {fault.number or '—'}：{fault.sentence}")
        checked = queries.count_letters(chosen)
    click.echo(f"核对 {checked} 份，问题 {found} 处")
    if found:
        raise SystemExit(1)


@cli.command("seal-certificate")
@click.argument("name")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Where the files go; the instance's folder if not said."
)
@click.option("--years", type=click.IntRange(1, 30), default=10, show_default=True, help="How long it is good for.")
def seal_certificate(name: str, folder: Path | None, years: int) -> None:
    """Make a certificate in NAME (the office's or the government's), signed by itself, that seals PDFs of letters."""
    if not 1 <= len(name.encode()) <= MAX_NAME_BYTES:
        raise click.BadParameter(f"证书名称最多 {MAX_NAME_BYTES // 3} 个汉字，请用简称。", param_hint="NAME")
    place = (folder or settings().instance_dir).absolute()
    made = new_certificate(name, years=years, now=clock.now())
    files = {"pdf_seal.p12": made.data, "pdf_seal.password": made.password.encode()}
    for path in (place / file for file in files):
        if path.exists():
            raise click.ClickException(f"{path} 已经存在；换一个文件夹，或者先移走它。")
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file, data in files.items():
        descriptor = os.open(place / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
    click.echo(f"ZEREN_PDF_SEAL={place / 'pdf_seal.p12'}\nZEREN_PDF_SEAL_PASSWORD_FILE={place / 'pdf_seal.password'}")
    click.echo(f"证书 SHA-256 {made.sha256}；把上面两行写进设置，重启后生效。", err=True)


@cli.command("seal")
def seal() -> None:
    """Seal the PDFs of letters in force that are not sealed yet; the scheduler does it within a minute."""
    if settings().pdf_seal is None:
        raise click.ClickException("没有配置印章证书（ZEREN_PDF_SEAL）；可以用 seal-certificate 生成一张。")
    refuse_other_schema(clock.now())
    with force_locale("zh"):
        try:
            click.echo(f"盖章 {seal_letters(now=clock.now())} 份")
        except Refusal as refusal:
            raise click.ClickException(str(refusal.message)) from refusal
