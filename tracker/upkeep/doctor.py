"""The doctor: everything that can be wrong with an installation, and what to do about it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tracker.documents.pdf import pdf_available
from tracker.kernel import soundness
from tracker.kernel.db import db
from tracker.kernel.installation import deliveries_held, settings
from tracker.kernel.soundness import Look, Symptom, grave, note
from tracker.reminders.queries.held import open_doubt
from tracker.upkeep import queries
from tracker.upkeep.rules import LABELS, Code

MEGABYTE = 1024 * 1024
LITTLE, FAR_TOO_LITTLE = 1024 * MEGABYTE, 100 * MEGABYTE


def keys(_now: datetime) -> Iterator[Symptom]:
    """Nobody but this user may read the keys."""
    instance = settings().instance_dir
    for path in (instance / "secret_key", instance / "seal_key", settings().pdf_seal, settings().pdf_seal_password):
        if path is not None and path.is_file() and path.stat().st_mode & 0o077:
            yield Symptom(
                grave=bool(path.stat().st_mode & 0o007), what=f"本机其他用户可以读取 {path}：请执行 chmod 600。"
            )


def files(_now: datetime) -> Iterator[Symptom]:
    """Uploaded files can be kept, and there is room for more."""
    folder = settings().files_dir
    standing = next(place for place in (folder, *folder.parents) if place.exists())
    if not os.access(standing, os.W_OK | os.X_OK):
        yield grave(f"不能写入附件文件夹 {folder}。")
    for name, place in (("附件", standing), ("数据", _data_folder())):
        free = shutil.disk_usage(place).free if place is not None else LITTLE
        if free < LITTLE:
            yield Symptom(grave=free < FAR_TOO_LITTLE, what=f"{name}所在磁盘只剩 {free // MEGABYTE} MB。")


def _data_folder() -> Path | None:
    """Where SQLite's file lies; a server's disk is the server's to watch."""
    if not settings().is_sqlite:
        return None
    folder = Path(settings().database_url.removeprefix("sqlite:///")).parent
    return folder if folder.is_dir() else None


def papers(_now: datetime) -> Iterator[Symptom]:
    """Papers come as PDF where Pango and a Chinese font are there; without them as Word files."""
    if not pdf_available():
        yield note("没有安装 Pango，纸质文书只能生成 Word 文件。")
    elif (program := shutil.which("fc-list")) is not None:
        listed = subprocess.run([program, ":lang=zh", "family"], capture_output=True, text=True, check=False)  # noqa: S603 - found on the PATH
        if not listed.stdout.strip():
            yield note("没有安装中文字体，PDF 中的汉字显示不出来：请安装 fonts-noto-cjk。")


def numbers(_now: datetime) -> Iterator[Symptom]:
    """What is written gets a number that no row has yet."""
    if settings().is_sqlite:
        return
    if behind := queries.numbers_behind():
        mend = " ".join(f"SELECT setval('{sequence}', {highest});" for sequence, highest in behind)
        yield grave(f"数据库的编号序列落后于已有记录，写入会因编号重复而失败：请停止服务，执行 {mend}")


def standing(now: datetime) -> Iterator[Symptom]:
    """What is held back, and what the watchdog found."""
    if deliveries_held():
        yield note("外发消息已停发（恢复备份之后）：核对后用 flask deliver release 恢复。")
    if open_doubt() is not None:
        yield note("系统时间可疑，提醒和外发消息已暂停：请校准时间，或者由系统管理员确认（flask sweep held）。")
    for code in queries.grave_findings():
        yield note(f"巡检发现：{LABELS[Code(code)]}。")
    _at, is_late = queries.last_look(now=now)
    if is_late:
        yield note("巡检已停顿：请检查定时进程 flask scheduler run。")


LOOKS: tuple[Look, ...] = (keys, files, papers)
OF_THE_DATABASE: tuple[Look, ...] = (numbers, standing)


def examine(now: datetime) -> list[Symptom]:
    """Everything that is wrong, the grave first."""
    found = soundness.symptoms(now)
    known = not any(symptom.grave for symptom in soundness.schema(now))
    looks = (*LOOKS, *OF_THE_DATABASE) if known else LOOKS
    found += [symptom for look in looks for symptom in look(now)]
    db.session.rollback()
    return sorted(found, key=lambda symptom: not symptom.grave)
