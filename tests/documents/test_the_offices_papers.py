"""Every paper of letters and tasks as the product makes it, printed by both writers, measured and read off the page.

Letter, handover, reconciliation, task sheet and sign-off sheet stand upright; the tables of signatures and tasks lie.
"""

import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tests.cast import NOW, TODAY, Cast
from tests.documents.conftest import PRINTERS, WRITERS
from tests.documents.reading import Page, Word, pages, pictures, poppler
from tests.documents.samples import TEXTS
from tests.documents.test_the_word_file import grid_of
from tests.letters.promises import again, in_force, issue, office_edits, prepare, promised, sign
from tests.letters.successions import drawn_up, seen, succeed
from tests.letters.years_end import reconcile
from tests.tasks.stories import draft, propose, submitted
from tracker.documents.docx import docx
from tracker.documents.layout import LANDSCAPE, PORTRAIT, Sheet
from tracker.documents.paper import Paper
from tracker.kernel.db import write_transaction
from tracker.letters import commands
from tracker.letters import queries as queries_of_letters
from tracker.letters.models import Handover, Letter
from tracker.letters.papers import handover_paper, letter_paper, reconciliation_paper, standing_paper
from tracker.letters.rules import SigningOrder
from tracker.tasks import queries
from tracker.tasks.breakdown_files import breakdown_of_address
from tracker.tasks.papers import sign_off_sheet, task_sheet

pytestmark = pytest.mark.sqlite

LEFT, RIGHT, TOP, BOTTOM = 28.0, 210 - 26.0, 37.0, 297 - 35.0
LINE = 225 / 22
STOPS = ("，", "。", "、", "；", "：", "）")
BASE = "https://zeren.example"


def _papers(cast: Cast) -> dict[str, Paper]:
    promised = in_force(cast)
    found = reconcile(cast, promised)
    task = submitted(cast, title="核定学位 & 补齐缺口", parts=("construction",), standard=TEXTS[1])
    batch = propose(cast, *(draft(cast, title=f"第{number}项", standard=TEXTS[2]) for number in range(1, 31)))
    whole = queries.dossier(cast.actor("office_director"), task.id, today=TODAY)
    papers = {
        "reconciliation": reconciliation_paper(found, url=f"{BASE}/r"),
        "task": task_sheet(whole, url=f"{BASE}/t", today=TODAY),
        "batch": sign_off_sheet(batch, queries.batch_tasks(batch), {}, url=f"{BASE}/b"),
    }
    letter = _long_letter(cast)
    lines, letters = queries_of_letters.lines_of([letter], day=TODAY), queries_of_letters.letters_of(letter.batch)
    by = cast.actor("office_director")
    papers |= {
        "letter": letter_paper(letter, lines[letter.id], check_url=f"{BASE}/l"),
        "standing": standing_paper(letter.batch, letters, lines, today=TODAY),
        "tasks": breakdown_of_address(by, {}, today=TODAY),
    }
    succeed(cast, "finance_head", "finance_deputy")
    return papers | {"handover": handover_paper(drawn_up(cast, promised), url=f"{BASE}/h")}


def _long_letter(cast: Cast) -> Letter:
    """A letter of several pages that both have signed."""
    promised(cast, lead="construction")
    batch = prepare(cast, "construction", signing_order=SigningOrder.SECOND_FIRST)
    free = "\n".join(f"第{number}件：{TEXTS[1]}".replace("\n", "，") for number in range(1, 31))
    office_edits(
        cast, batch.letters[0], task_ids=[one.task_id for one in batch.letters[0].clauses if one.task_id], free=free
    )
    [letter] = issue(cast, again(batch.letters[0]).batch)
    sign(cast, letter, "construction_head")
    return sign(cast, letter, "leader")


def codes(path: Path, folder: Path) -> list[list[str]]:
    """What the codes on each page say, read off the page as a camera would."""
    subprocess.run([poppler("pdftoppm"), "-r", "200", "-png", path, folder / path.stem], check=True)
    shots = sorted(folder.glob(f"{path.stem}-*.png"))
    return [[code.text for code in zxingcpp.read_barcodes(Image.open(shot))] for shot in shots]


def middle(word: Word) -> float:
    """How far down a word stands."""
    return (word.top + word.bottom) / 2


def assert_within(page: Page, sheet: Sheet, name: str) -> None:
    """What stands above the foot stands between the margins, but for a stop at the end of a line, which may hang."""
    body = [word for word in page.words if word.top < sheet.height - sheet.bottom]
    assert min(word.left for word in body) > sheet.left - 1, name
    assert max(word.right - 5.7 * word.text.endswith(STOPS) for word in body) < sheet.width - sheet.right + 1.5, name
    assert min(word.top for word in body) > sheet.top - 1, name
    assert max(word.bottom for word in body) < sheet.height - sheet.bottom + 1.5, name


@pytest.mark.parametrize("writer", WRITERS)
def test_they_keep_the_margins_and_carry_their_code_on_every_page(
    chinese_font: None, cast: Cast, writer: str, tmp_path: Path
) -> None:
    papers = _papers(cast)
    made = PRINTERS[writer](papers, tmp_path)
    read: dict[str, list[Page]] = {name: pages(path) for name, path in made.items()}
    lying = {name for name, paper in papers.items() if paper.landscape}
    assert lying == {"standing", "tasks"}
    for name, paper in papers.items():
        assert paper.small or grid_of(docx(paper)) == ((15, 40) if name in lying else (22, 28)), name
    for name in lying:
        for page in read[name]:
            assert [page.width, page.height] == pytest.approx([297, 210], abs=0.2)
            assert_within(page, LANDSCAPE, name)
            assert "单位" in page.text, "the head of the table is repeated"
    full = read["letter"][1]
    lines = sorted({round(middle(word), 1) for word in full.words if word.top < BOTTOM})
    assert [below - above for above, below in pairwise(lines)] == [pytest.approx(LINE, abs=0.15)] * 21
    assert lines[0] == pytest.approx(TOP + LINE / 2, abs=1.8)
    for name, leaves in ((name, leaves) for name, leaves in read.items() if name not in lying):
        for page in leaves:
            assert [page.width, page.height] == pytest.approx([210, 297], abs=0.2)
            assert_within(page, PORTRAIT, name)
        assert codes(made[name], tmp_path) == [[f"{BASE}/{name[0]}"]] * len(leaves)
        assert all(number + 1 in pictures(made[name]) for number in range(len(leaves)))
    handover = read["handover"][-1]
    one, other = handover.find("移交人签署"), handover.find("接任人签署")
    assert one.top == pytest.approx(other.top, abs=0.5)
    assert one.right < (LEFT + RIGHT) / 2 < other.left + 1
    assert "部分完成1条" in read["reconciliation"][-1].text
    rows = [row for page in read["reconciliation"] for row in page.rows]
    assert all(any(row.startswith(place) for row in rows) for place in ("一、1", "二、1")), (
        "a clause's place is one line"
    )
    assert "".join(TEXTS[1].split()) in "".join(page.text for page in read["task"])
    assert len(read["batch"]) > 1
    assert all("工作任务" in page.text for page in read["batch"][:-1]), "the head of the table is repeated"


def _handed_over(cast: Cast, clauses: int) -> Handover:
    """A handover of so many clauses, each in its own words, and of a task beside them."""
    for number in range(1, clauses + 1):
        promised(
            cast,
            title=f"第{number}项：统筹推进教师交流轮岗，逐校核定底数，化解起始年级大班额",
            target=False,
            content="会同有关部门制定分年度实施计划，明确责任科室和完成时间，按季度向领导小组办公室报送进展。",
        )
    [letter] = issue(cast, prepare(cast, signing_order=SigningOrder.SECOND_FIRST))
    sign(cast, letter, "finance_head")
    sign(cast, letter, "leader")
    promised(cast, title="补齐小学学位缺口", target=False)
    succeed(cast, "finance_head", "finance_deputy")
    found = drawn_up(cast, letter)
    with write_transaction():
        by = cast.actor("finance_deputy")
        commands.sign_handover(seen(cast, found, "finance_deputy"), by=by, now=NOW)
    return found


@pytest.mark.parametrize("writer", WRITERS)
def test_a_handover_of_twenty_seven_clauses_is_one_page(
    chinese_font: None, cast: Cast, writer: str, tmp_path: Path
) -> None:
    found = _handed_over(cast, 27)
    made = PRINTERS[writer]({"handover": handover_paper(found, url=f"{BASE}/h")}, tmp_path)
    [page] = pages(made["handover"])
    rows = [row for row in page.rows if row.endswith("2026年4月17日") and "…" in row]
    assert [row.split("第")[0] for row in rows] == [f"一、{number}" for number in range(1, 28)], "a line each"
    assert "共移交28项，其中责任书条款27条（已办结0条），责任书以外未办结的工作1项。" in page.text
    assert "补齐小学学位缺口" in page.text and "不增加新的承诺" in page.text
    assert "谢云岚，系统签署，2026年3月18日" in page.text
    assert page.find("接任人签署").bottom < BOTTOM - 10, "there is room to sign"


@pytest.mark.parametrize("writer", WRITERS)
def test_what_one_page_does_not_hold_is_counted_there_and_follows_on_an_annex(
    chinese_font: None, cast: Cast, writer: str, tmp_path: Path
) -> None:
    found = _handed_over(cast, 60)
    made = PRINTERS[writer]({"handover": handover_paper(found, url=f"{BASE}/h")}, tmp_path)
    first, annex = pages(made["handover"])
    on_first = sum("…" in row for row in first.rows)
    assert on_first >= 27
    assert f"以上{on_first}项，其余{61 - on_first}项见附页" in first.text
    assert "接任人签署" in first.text and "接任人签署" not in annex.text
    assert annex.rows[0] == "附：移交事项（续）"
    assert sum("…" in row for row in annex.rows) == 60 - on_first
    assert "补齐小学学位缺口" in annex.text
