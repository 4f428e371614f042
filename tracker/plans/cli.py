"""The command `plan`: reads a plan document from the shell, without database or settings."""

import json
import sys

import click

from .reader import Findings, UnreadableDocument, findings_to_json, read_file
from .reader.findings import ROLE_NAMES


@click.group("plan")
def plan_cli() -> None:
    """Plan documents."""


@plan_cli.command("read")
@click.argument("file", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON and nothing else.")
def read(file: str, as_json: bool) -> None:
    """Read FILE (.txt or .docx) and print what stands in it."""
    try:
        findings = read_file(file)
    except UnreadableDocument as refusal:
        click.echo(refusal.message, err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(findings_to_json(findings), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(summary(findings)))


def summary(findings: Findings) -> list[str]:
    """What a clerk wants to know first, line by line."""
    lines = [
        f"标题：{findings.title or '（未认出）'}",
        f"行政区：{findings.region or '—'}　印发单位：{findings.issuer or '—'}",
        f"文号：{findings.document_number or '—'}　日期：{findings.issued_on or '—'}",
    ]
    for group in findings.groups:
        office = f"办公室设在：{group.office_unit or '—'}　办公室主任：{group.office_director or '—'}"
        lines.append(f"小组：{group.name or '—'}　{office}")
        for seat in group.seats:
            posts = "、".join(f"{item.unit or ''}{item.post or ''}" for item in seat.posts)
            who = " ".join(word for word in (seat.person, posts, seat.unit) if word)
            lines.append(f"  第{seat.line}行　{ROLE_NAMES[seat.role]}：{who}")
    for phase in findings.phases:
        lines.append(f"阶段（第{phase.line}行）：{phase.name}　{phase.starts_on or '…'} 至 {phase.ends_on or '…'}")
    for task in findings.tasks:
        when = task.due_on or task.deadline_text or "—"
        head = f"任务（第{task.line}行）{task.number or ''}：{task.text[:40]}"
        lines.append(f"{head}　牵头：{task.lead_unit or '—'}　时限：{when}")
        for target in task.targets:
            scope = f"{target.scope}：" if target.scope else ""
            value = f"{target.operator} {target.value}{target.unit or ''}"
            lines.append(f"    目标　{scope}{target.quantity} {value}　{target.due_on or ''}")
    lines.append(f"建议列为任务的句子：{len(findings.suggestions)} 条")
    lines.extend(f"请核对（第{item.line}行）：{item.text}" for item in findings.warnings)
    return lines
