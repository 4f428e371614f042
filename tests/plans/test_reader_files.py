"""Files that are brought: encodings that are read, files that are refused with a sentence, and the command."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.effort import takes_at_most
from tests.plans.papers import package, paragraph, read_word, word
from tracker.plans.cli import plan_cli
from tracker.plans.reader import REASONS, UnreadableDocument, read_file, read_text
from tracker.plans.reader.gate import MAX_CHARACTERS, MAX_FILE

TEXT = "云溪县河湖长制实施方案\n一、工作任务\n1.清理河道，完善制度。（牵头单位：县水利局）\n"
ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
FOREIGN = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>'
MACRO: dict[str, str | bytes] = {"word/document.xml": "<x/>", "word/vbaProject.bin": b"x"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_is_read_in_every_customary_encoding(encoding: str) -> None:
    assert read_file(TEXT.encode(encoding), "plan.TXT").title == "云溪县河湖长制实施方案"


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "plan.txt", "empty"),
        (b" \r\n\t", "plan.docx", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 500, "plan.docx", "not_docx"),
        (b"%PDF-1.7 ...", "plan.txt", "not_text"),
        (b"PK\x03\x04....", "plan.txt", "not_text"),
        (b"a\x00b\x01" * 200, "plan.txt", "not_text"),
        ("Ünïcödé çöntent ".encode("latin-1") * 30, "plan.txt", "encoding"),
        (TEXT.encode(), "plan.pdf", "wrong_kind"),
        (TEXT.encode(), "plan", "wrong_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 500, "plan.docx", "old_word"),
        (b"x", "plan.doc", "old_word"),
        (b"x", "plan.docm", "macro"),
        (b"a" * (MAX_FILE + 1), "plan.txt", "too_large"),
        (("字" * (MAX_CHARACTERS + 1)).encode(), "plan.txt", "too_long"),
        (word(paragraph("甲"))[:150], "plan.docx", "damaged"),
        (word(""), "plan.docx", "empty"),
        (word("<w:p>"), "plan.docx", "damaged"),
        (package({"a.xml": "<a/>"}, types=None), "plan.docx", "not_docx"),
        (package({"a.xml": "<a/>"}), "plan.docx", "not_docx"),
        (package(MACRO), "plan.docx", "macro"),
        (package({"word/document.xml": ENTITY}), "plan.docx", "bomb"),
        (package({"word/document.xml": FOREIGN}), "plan.docx", "bomb"),
        (package({"word/document.xml": b" " * 150_000_000}), "plan.docx", "bomb"),
        (package({f"{number}.xml": b"" for number in range(2500)}), "plan.docx", "bomb"),
        (word("<w:sdt>" * 3000 + "</w:sdt>" * 3000), "plan.docx", "bomb"),
        (word("<w:p/>" * 900_000), "plan.docx", "bomb"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_read_is_refused_at_once_with_a_sentence(data: bytes, name: str, reason: str) -> None:
    with takes_at_most(2), pytest.raises(UnreadableDocument) as refusal:
        read_file(data, name)

    assert refusal.value.reason_code == reason
    assert refusal.value.message == REASONS[reason]


def test_a_package_that_lies_about_its_sizes_is_refused() -> None:
    data = bytearray(word(paragraph("甲" * 400)))
    central = data.rindex(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")

    with pytest.raises(UnreadableDocument) as refusal:
        read_file(bytes(data), "plan.docx")

    assert refusal.value.reason_code == "damaged"


def test_what_may_never_end_is_not_begun(tmp_path: Path) -> None:
    pipe = tmp_path / "plan.txt"
    os.mkfifo(pipe)
    with pytest.raises(UnreadableDocument) as refusal:
        read_file(pipe)
    assert refusal.value.reason_code == "wrong_kind"


def test_pasted_blanks_are_refused() -> None:
    with pytest.raises(UnreadableDocument):
        read_text(" \n\u3000\n")


def test_deleted_text_and_text_boxes_are_not_read_twice() -> None:
    body = paragraph("云溪县方案") + "<w:p><w:del><w:r><w:t>旧</w:t></w:r></w:del><w:r><w:t>一、任务</w:t></w:r></w:p>"

    assert read_word(body + paragraph("1.清理。"))["tasks"][0]["path"] == ["任务"]


def test_a_line_break_inside_a_word_paragraph_keeps_the_paragraphs_number() -> None:
    body = paragraph("云溪县方案") + "<w:p><w:r><w:t>一、任务</w:t><w:br/><w:t>1.清理。</w:t></w:r></w:p>"

    assert read_word(body)["tasks"][0]["line"] == 2


@pytest.mark.parametrize("value", ["99999999999", "x", "-3"])
def test_absurd_spans_of_cells_do_no_harm(value: str) -> None:
    cell = f'<w:tc><w:tcPr><w:gridSpan w:val="{value}"/></w:tcPr>{paragraph("云溪县方案")}</w:tc>'
    body = f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>"

    assert read_word(body)["title"] == "云溪县方案"


def test_the_command_prints_json_and_nothing_else(tmp_path: Path) -> None:
    paper = tmp_path / "方案.txt"
    paper.write_text(TEXT, encoding="utf-8")

    result = CliRunner().invoke(plan_cli, ["read", str(paper), "--json"])

    assert result.exit_code == 0
    assert json.loads(result.stdout)["tasks"][0]["lead_unit"] == "县水利局"


def test_the_command_tells_a_clerk_what_it_found(tmp_path: Path) -> None:
    paper = tmp_path / "方案.txt"
    paper.write_text(TEXT + "成立云溪县河湖长制工作领导小组\n组长：丁一凡 县长\n", encoding="utf-8")

    result = CliRunner().invoke(plan_cli, ["read", str(paper)])

    assert result.exit_code == 0
    assert "标题：云溪县河湖长制实施方案" in result.stdout
    assert "组长：丁一凡 县长" in result.stdout
    assert "牵头：县水利局" in result.stdout


@pytest.mark.parametrize("name", ["missing.txt", "picture.docx"])
def test_the_command_refuses_with_a_sentence_on_stderr(tmp_path: Path, name: str) -> None:
    (tmp_path / "picture.docx").write_bytes(b"\x89PNG")

    result = CliRunner().invoke(plan_cli, ["read", str(tmp_path / name), "--json"])

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.strip() in REASONS.values()


@pytest.mark.parametrize(
    "clause",
    [
        "一般故障24小时内修复、",
        "2024年新建5座，2025年底达到3%，",
        "完成30处坡道和22座公厕改造，每月检测1次，",
        "小学、初中、",
        "组长为县长张三，",
        "由县长张三任组长、",
        "新建牛岭、大坪、",
    ],
)
@pytest.mark.parametrize("heading", ["一、工作任务\n1.", "一、组织领导\n成立云溪县河湖长制领导小组，"])
def test_a_sentence_without_an_end_is_read_in_seconds(heading: str, clause: str) -> None:
    with takes_at_most(12):
        read_text("云溪县2024年方案\n" + heading + clause * (100_000 // len(clause)))
