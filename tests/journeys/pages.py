"""A house full of everything, and the address of each of its pages with somebody who may open it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Thread

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.serving import make_server

from config import Settings
from tests.cast import NOW, TODAY, Cast, enter_cast
from tests.engines import Sqlite
from tests.journeys.flagged import FLAG_FOR, TICKED_FLAGS, raise_flags
from tests.journeys.openings import (
    ELSEWHERE,
    LETTER_FOR,
    NOT_PAGES,
    NOTICE_FOR,
    PEOPLE,
    PERSON_FOR,
    TASK_FOR,
    TICKED,
)
from tests.laws.letters import handover_of
from tests.laws.things import DIGEST, Things, job_of, things_of
from tests.letters import promises, years_end
from tests.oversight import supervised
from tests.plans.pages.sheets import brought_in, confirmed
from tests.tasks import stories
from tests.visitors import give_account, signed_in
from tracker.accounts.models import Account
from tracker.app import create_app, table_of_routes
from tracker.kernel import clock
from tracker.kernel.access import Role
from tracker.kernel.db import db, write_transaction
from tracker.letters import commands as letters
from tracker.letters import queries
from tracker.letters.rules import Side
from tracker.oversight import commands as oversight
from tracker.oversight.rules import DirectionKind, UrgeChannel
from tracker.tasks.commands import NewReport, report_progress


def rules() -> list[Rule]:
    """The routes that answer with a page, by name."""
    app = create_app(Settings(database_url="sqlite:////nonexistent/pages.sqlite3", secret_key="x" * 40, testing=True))
    found = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return sorted(
        (rule for rule in found if rule.endpoint not in NOT_PAGES | ELSEWHERE), key=lambda rule: rule.endpoint
    )


@dataclass
class House:
    """The application with one of each thing, and tasks, plans and messages enough to fill its pages."""

    app: Flask
    base: str = ""
    cast: Cast = field(init=False)
    own: Things = field(init=False)
    letters: dict[str, int] = field(default_factory=dict)
    notices: dict[str, int] = field(default_factory=dict)
    flags: dict[str, dict[str, int | str]] = field(default_factory=dict)
    document_id: int = field(init=False)
    plan_id: int = field(init=False)
    waiting_part_id: int = field(init=False)
    draft_batch_id: int = field(init=False)
    asked_id: int = field(init=False)
    coordinated_id: int = field(init=False)
    job_id: int = field(init=False)

    def fill(self) -> None:
        """Enter everything."""
        files: Path = self.app.extensions["settings"].files_dir
        with self.app.app_context():
            with write_transaction():
                self.cast = enter_cast()
                self.own = things_of(
                    self.cast, group="g1", unit="finance", head="finance_head", region="d1", files=files
                )
                self.cast.group().proposals_from = TODAY
                self.job_id = job_of(self.cast.person_ids[PEOPLE[Role.OFFICE_DIRECTOR]])
            self._tell_stories()
            self._promise()
            self._supervise()
            self.flags = raise_flags(self.cast)
            db.session.remove()
        self._bring_plans()

    def _tell_stories(self) -> None:
        cast, tasks = self.cast, self.own.tasks
        late = stories.active(
            cast,
            title="足额落实生均公用经费，不足一百人的村小学和教学点按一百人核定，特殊教育学校生均公用经费按标准足额拨付到校",
            due_on=date(2026, 3, 12),
            parts=("construction", "town"),
            now=stories.day("2026-02-10"),
        )
        tasks["late"] = late.id
        tasks["submitted"] = stories.submitted(cast, title="将教师培训经费列入年度预算").id
        tasks["suspended"] = stories.suspended(cast, title="完成实验中学扩建项目用地报批").id
        waiting = stories.issued(cast, title="落实校舍维修资金", parts=("construction",))
        tasks["waiting"], self.waiting_part_id = waiting.id, waiting.parts[0].id
        for make in (stories.returned, stories.completed, stories.cancelled, stories.issued):
            make(cast, title="改造六所学校的运动场地")
        asking = NewReport(text="已报审。", difficulty="用地未批。", coordination="请协调解决用地指标。")
        needy = stories.active(cast, title="新建城东小学")
        self.coordinated_id = stories.act(report_progress, needy, report=asking, by=cast.actor("finance_head")).id
        stories.active(cast, title="编制学位需求预测", lead="town", due_on=date(2026, 3, 20))
        with write_transaction():
            by, now = cast.actor("supervisor"), NOW
            for said in ({"sentence": "请抓紧办理，本周内报送进展。"}, {"answer": "已在办理，周五前报。"}):
                channel = UrgeChannel.MESSAGE if "sentence" in said else UrgeChannel.PHONE
                oversight.urge_unit(late, unit_id=cast.unit_ids["finance"], channel=channel, **said, by=by, now=now)
            text = "请说明逾期原因。"
            oversight.direct(
                late, kind=DirectionKind.EXPLAIN, text=text, new_due_on=None, version=late.version, by=by, now=now
            )

    def _promise(self) -> None:
        in_force = promises.in_force(self.cast)
        self.letters["in_force"] = in_force.id
        with write_transaction() as session:
            line = next(one for one in in_force.signatories if one.side is Side.SECOND)
            handover = handover_of(in_force, line, self.cast.person_ids["finance_head"], DIGEST)
            session.add(handover)
            session.flush()
            self.handover_id = handover.id
        reconciled = promises.in_force(self.cast, number_prefix="对〔2026〕")
        years_end.reconcile(self.cast, reconciled)
        self.letters["reconciled"] = reconciled.id
        [draft] = queries.letters_of(promises.prepare(self.cast, "finance", number_prefix="责〔2026〕第"))
        self.letters["draft"] = draft.id
        self.draft_batch_id = draft.batch_id
        asking = promises.prepare(self.cast, "finance", number_prefix="问〔2026〕")
        with write_transaction():
            by = self.cast.actor("office_clerk")
            asked = letters.ask_views(asking, reply_by=asking.sign_by, version=asking.version, by=by, now=NOW)
            self.asked_id = asked.asked[0].id

    def _supervise(self) -> None:
        """A notice in each state, one letter that was not signed in time, and drafts to be signed together."""
        for state, make in supervised.IN_STATE.items():
            self.notices[state.value] = make(self.cast).id
        late = promises.issued(self.cast, number_prefix="迟〔2026〕")
        self.letters["late"] = late.id
        with write_transaction():
            late.sign_by = date(2026, 3, 16)

    def _bring_plans(self) -> None:
        browser = signed_in(self.app, self.cast.person_ids["registrar"])
        made = confirmed(browser, brought_in(browser))
        self.plan_id = int(made.rsplit("/", 1)[1])
        self.document_id = int(brought_in(browser).rsplit("/", 1)[1])

    @staticmethod
    def person_for(endpoint: str) -> str | None:
        """Somebody who may open a page."""
        if endpoint in PERSON_FOR:
            return PERSON_FOR[endpoint]
        row = table_of_routes()[endpoint]
        return next((name for role, name in PEOPLE.items() if row.public or role in row.allowed), "outsider")

    def address(self, rule: Rule) -> str:
        """Where a page is."""
        task_id = self.own.tasks[TASK_FOR.get(rule.endpoint, "task")]
        ids = {**self.own.ids, "task_id": task_id, "document_id": self.document_id, "plan_id": self.plan_id}
        own: dict[str, dict[str, int | str]] = {
            "letters.ask_views": {"letter_batch_id": self.draft_batch_id},
            "letters.asked": {"asked_id": self.asked_id},
            "tasks.accept_part": {"part_id": self.waiting_part_id},
            "tasks.answer_coordination": {"report_id": self.coordinated_id},
        }
        ids.update(own.get(rule.endpoint, {}))
        if rule.endpoint in LETTER_FOR:
            ids["letter_id"] = self.letters[LETTER_FOR[rule.endpoint]]
        if "handover_id" in rule.arguments:
            ids["handover_id"] = self.handover_id
        if rule.endpoint in NOTICE_FOR:
            ids["supervision_notice_id"] = self.notices[NOTICE_FOR[rule.endpoint]]
        if rule.endpoint.startswith("oversight."):
            ids.update(self.flags[FLAG_FOR.get(rule.endpoint, "awaiting")])
        if "job_id" in rule.arguments:
            ids["job_id"] = self.job_id
        values = {name: ids[name] for name in rule.arguments}
        if rule.endpoint in TICKED:
            values["task"] = self.own.tasks[TICKED[rule.endpoint]]
        if rule.endpoint in TICKED_FLAGS:
            values["flag"] = self.flags[TICKED_FLAGS[rule.endpoint]]["flag_id"]
        return self.app.url_map.bind("127.0.0.1").build(rule.endpoint, values)

    def dress(self, person: str, *, theme: str, language: str) -> int:
        """Let somebody see pages in a theme and a language; returns who it is."""
        person_id = self.cast.person_ids[person]
        account_id = give_account(self.app, person_id)
        with self.app.app_context(), write_transaction() as writing:
            account = writing.get_one(Account, account_id)
            account.theme, account.language = theme, language
        return person_id


@contextmanager
def served(folder: Path) -> Iterator[House]:
    """A house on a database of its own, with a door for browsers."""
    clock.set_source(lambda: NOW)
    house = House(Sqlite(folder).app)
    house.fill()
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = Thread(target=server.serve_forever, name="house")
    thread.start()
    house.base = f"http://127.0.0.1:{server.server_port}"
    yield house
    server.shutdown()
    thread.join()
    server.server_close()
