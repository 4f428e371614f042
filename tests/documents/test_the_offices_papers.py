"""Handover, reconciliation, task sheet and sign-off sheet, printed by both writers, measured and read off the page."""

import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tests.cast import TODAY, Cast
from tests.documents.conftest import PRINTERS, WRITERS
from tests.documents.reading import Page, pages, pictures, poppler
from tests.documents.samples import TEXTS
from tests.letters.promises import in_force, issue, prepare, promised, sign
from tests.letters.successions import drawn_up, succeed
from tests.letters.years_end import reconcile
from tests.tasks.stories import draft, propose, submitted
from tracker.documents.paper import Paper
from tracker.letters.papers import handover_paper, reconciliation_paper
from tracker.letters.rules import SigningOrder
from tracker.tasks import queries
from tracker.tasks.papers import sign_off_sheet, task_sheet

pytestmark = pytest.mark.sqlite

LEFT, RIGHT, BOTTOM = 28.0, 210 - 26.0, 297 - 35.0
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
    succeed(cast, "finance_head", "finance_deputy")
    return papers | {"handover": handover_paper(drawn_up(cast, promised), url=f"{BASE}/h")}


def codes(path: Path, folder: Path) -> list[list[str]]:
    """What the codes on each page say, read off the page as a camera would."""
    subprocess.run([poppler("pdftoppm"), "-r", "200", "-png", path, folder / path.stem], check=True)
    shots = sorted(folder.glob(f"{path.stem}-*.png"))
    return [[code.text for code in zxingcpp.read_barcodes(Image.open(shot))] for shot in shots]


@pytest.mark.parametrize("writer", WRITERS)
def test_they_keep_the_margins_and_carry_their_code_on_every_page(
    chinese_font: None, cast: Cast, writer: str, tmp_path: Path
) -> None:
    made = PRINTERS[writer](_papers(cast), tmp_path)
    read: dict[str, list[Page]] = {name: pages(path) for name, path in made.items()}
    for name, leaves in read.items():
        for page in leaves:
            assert [page.width, page.height] == pytest.approx([210, 297], abs=0.2)
            body = [word for word in page.words if word.top < BOTTOM]
            assert min(word.left for word in body) > LEFT - 1, name
            assert max(word.right for word in body) < RIGHT + 1.5, name
        assert codes(made[name], tmp_path) == [[f"{BASE}/{name[0]}"]] * len(leaves)
        assert all(number + 1 in pictures(made[name]) for number in range(len(leaves)))
    handover = read["handover"][-1]
    one, other = handover.find("移交人签署"), handover.find("接任人签署")
    assert one.top == pytest.approx(other.top, abs=0.5)
    assert one.right < (LEFT + RIGHT) / 2 < other.left + 1
    assert "部分完成1条" in read["reconciliation"][-1].text
    assert "".join(TEXTS[1].split()) in "".join(page.text for page in read["task"])
    assert len(read["batch"]) > 1
    assert all("工作任务" in page.text for page in read["batch"][:-1]), "the head of the table is repeated"


@pytest.mark.parametrize("writer", WRITERS)
def test_an_ordinary_handover_is_one_page(chinese_font: None, cast: Cast, writer: str, tmp_path: Path) -> None:
    titles = ("补齐小学学位缺口", "落实教师培训经费", "化解起始年级大班额", "统筹音体美教师交流轮岗")
    for title in titles:
        promised(
            cast,
            title=title,
            target=False,
            content="会同有关部门逐校核定底数，制定分年度实施计划，明确责任科室和完成时间，按季度向领导小组办公室报送进展。",
            standard="小学班额不超过45人，初中班额不超过50人，台账、佐证材料齐全并经核验。",
        )
    [letter] = issue(cast, prepare(cast, signing_order=SigningOrder.SECOND_FIRST))
    sign(cast, letter, "finance_head")
    sign(cast, letter, "leader")
    succeed(cast, "finance_head", "finance_deputy")
    found = drawn_up(cast, letter)
    assert found.text.count("完成标准：") == len(titles) and found.text.count("（完成时限：") == len(titles)
    made = PRINTERS[writer]({"handover": handover_paper(found, url=f"{BASE}/h")}, tmp_path)
    [page] = pages(made["handover"])
    for title in titles:
        assert page.text.count(title) == 2, "promised, and open"
    assert page.find("接任人签署").bottom < BOTTOM - 10, "there is room to sign"
