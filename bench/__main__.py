"""Load large districts, serve them, time the pages that must be fast, and print ratios to the controls.

`make bench` runs it; BENCH_SIZES=10000 (comma-separated) and BENCH_COUNT change how much, BENCH_ENGINES on what.
`python -m bench pages`, `audit`, `letters`, `delivery` or `sweep` runs that part alone; BENCH_ROWS and BENCH_SECONDS
change the second, BENCH_LETTERS the third, BENCH_READERS the fourth, BENCH_OPEN (open tasks) the last.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask_migrate import upgrade

from bench import delivery, letters, record, sweep
from bench.client import Timing, Visitor, hidden_fields, time_acts, time_page
from bench.databases import environment_for, fresh_databases, settings_for
from bench.servers import Server, serving
from bench.world import World, load
from tests.engines import PostgresqlMissingError
from tracker.accounts.gate import SESSION_KEY
from tracker.app import create_app
from tracker.kernel import clock
from tracker.kernel.calendar import working_days
from tracker.kernel.db import db

SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "10000,100000").split(",")]
COUNT = int(os.environ.get("BENCH_COUNT", "200"))
ENGINES = os.environ.get("BENCH_ENGINES", "sqlite,postgresql").split(",")
AIMS = {"list": 2.0, "task page": 2.0, "overview": 4.0}
"""p50 of one client at the largest size, as a ratio to the bare page."""
GROWTH_AIM, MEMORY_AIM_MB = 1.2, 200


@dataclass(frozen=True, slots=True)
class Run:
    """What one size on one engine gave."""

    timings: dict[str, Timing]
    memory_mb: float


def main() -> int:
    """Measure, print; the aims are reported, met or not."""
    parts = [PARTS[name] for name in sys.argv[1:] or PARTS]
    for engine in ENGINES:
        try:
            for part in parts:
                part(engine)
        except PostgresqlMissingError as error:
            print(f"\n{engine}: skipped, {error}")
    return 0


def _time_pages(engine: str) -> None:
    with fresh_databases(engine) as address:
        _report(engine, {size: _measure(address(f"bench{size}"), size) for size in SIZES})


def _measure(address: str, size: int) -> Run:
    settings = settings_for(address)
    app = create_app(settings)
    print(f"loading {size} tasks …", file=sys.stderr, flush=True)
    with app.app_context():
        upgrade()
        world = load(size, now=clock.now())
        late = working_days().last_late_due_date(world.today)
        db.session.remove()
        db.engine.dispose()
    environment = environment_for(settings.database_url)
    with serving("wsgi:app", environment) as server:
        timings = _pages(app, server, world)
        memory = server.memory_mb()
    environment["BENCH_PAGE_BYTES"] = str(timings["list"].size)
    with serving("bench.controls.constant:app", environment) as control:
        timings["constant page"] = time_page(control.port, "/", count=COUNT)
    with serving("bench.controls.bare:app", environment) as control:
        path = f"/?unit={world.unit_id}&late={late.isoformat()}"
        timings["bare page"] = time_page(control.port, path, count=COUNT)
    return Run(timings, memory)


def _cookie(app: Flask, token: str) -> str:
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    if signer is None:
        raise RuntimeError("the application has no key")
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({SESSION_KEY: token})}"


def _pages(app: Flask, server: Server, world: World) -> dict[str, Timing]:
    head, supervisor, office = (
        _cookie(app, token) for token in (world.head_token, world.supervisor_token, world.office_token)
    )
    port = server.port
    tasks = iter(world.active_task_ids)
    return {
        "list": time_page(port, "/tasks?light=red", head, count=COUNT),
        "task page": time_page(port, f"/tasks/{next(tasks)}", head, count=COUNT),
        "overview": time_page(port, f"/groups/{world.group_id}/overview", supervisor, count=COUNT),
        "create": time_acts(lambda: _create(port, office, world), count=COUNT // 4),
        "complete": time_acts(lambda: _complete(port, head, next(tasks)), count=COUNT // 4),
    }


def _create(port: int, cookie: str, world: World) -> Callable[[], None]:
    """Open the form of a new draft; sending it is what is timed."""
    visitor, path = Visitor(port, cookie), f"/groups/{world.group_id}/drafts/new"
    fields = hidden_fields(visitor.get(path), path) | {"title": "补齐功能教室", "timing": "once", "lead_unit": "3"}
    return lambda: visitor.post(path, fields)


def _complete(port: int, cookie: str, task_id: int) -> Callable[[], None]:
    """Open the form of handing a task in; sending it is what is timed."""
    visitor, path = Visitor(port, cookie), f"/tasks/{task_id}/submit"
    fields = hidden_fields(visitor.get(path), path) | {"statement": "已全部完成，报请核验。"}
    return lambda: visitor.post(path, fields)


def _report(engine: str, runs: dict[int, Run]) -> None:
    largest, smallest = max(runs), min(runs)
    for size, run in runs.items():
        bare = run.timings["bare page"].p50
        print(f"\n{engine}, {size} tasks, one worker of four threads; {COUNT} requests each")
        print(f"  {'':<15}{'p50 ms':>9}{'p95 ms':>9}{'per s':>9}{'KB':>7}{'× bare':>8}")
        for name, timing in run.timings.items():
            print(
                f"  {name:<15}{timing.p50:>9.1f}{timing.p95:>9.1f}{timing.per_second:>9.0f}"
                f"{timing.size / 1024:>7.1f}{timing.p50 / bare:>8.2f}"
            )
        print(f"  worker memory  {run.memory_mb:>9.0f} MB (aim under {MEMORY_AIM_MB})")
    timings = runs[largest].timings
    for name, aim in AIMS.items():
        ratio = timings[name].p50 / timings["bare page"].p50
        print(f"  {name}: {ratio:.2f} × the bare page at {largest} (aim {aim}): {_met(ratio <= aim)}")
    if largest == smallest:
        return
    for name in ("list", "task page"):
        growth = timings[name].p50 / runs[smallest].timings[name].p50
        print(f"  {name}: {growth:.2f} × itself at {smallest} (aim {GROWTH_AIM}): {_met(growth <= GROWTH_AIM)}")


def _met(met: bool) -> str:
    return "met" if met else "not met"


PARTS: dict[str, Callable[[str], None]] = {
    "pages": _time_pages,
    "audit": record.report,
    "letters": letters.report,
    "delivery": delivery.report,
    "sweep": sweep.report,
}

if __name__ == "__main__":
    sys.exit(main())
