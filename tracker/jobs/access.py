"""Which page of jobs is whose: only whoever asked for a job sees it."""

from tracker.kernel.access import SIGNED_IN, Route
from tracker.kernel.text import _l

_OWN = Route(allowed=SIGNED_IN, about="job")

ACCESS: dict[str, Route] = {
    "jobs.show": _OWN,
    "jobs.progress": _OWN,
    "jobs.cancel": _OWN,
    "jobs.download": _OWN,
}

PAGES: dict[str, tuple[str, object]] = {"job_id": ("jobs.show", _l("返回后台任务"))}
"""The page of the job that an address names, for whoever was refused an act on it."""
