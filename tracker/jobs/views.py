"""The page of a job: how far it is, cancel it, fetch what it made."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from tracker.jobs import commands, queries
from tracker.jobs.running import digest_of
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import NotVisible, Stale
from tracker.kernel.files import Damaged
from tracker.kernel.forms import ActForm
from tracker.kernel.jobs import LABELS, BackgroundJob, JobState, folder_of
from tracker.kernel.registry import JobKind, registry
from tracker.kernel.text import _, told
from tracker.kernel.web import MADE

bp = Blueprint("jobs", "tracker.jobs")


def _kind(job: BackgroundJob) -> JobKind:
    """What is known of a job's kind; one that this version no longer knows has no page."""
    kind = registry.jobs.get(job.kind)
    if kind is None:
        raise NotVisible
    return kind


def _page_of(page: tuple[str, str] | None, job: BackgroundJob) -> str | None:
    """The address of a page that a kind of job names; none where a job of an earlier version does not say of what."""
    if page is None or page[1] not in job.arguments:
        return None
    endpoint, argument = page
    named: dict[str, Any] = {argument: job.arguments[argument]}
    return url_for(endpoint, **named)


def _shown(actor: Actor, job_id: int) -> dict[str, Any]:
    job, now = queries.own_job(actor, job_id), clock.now()
    kind = _kind(job)
    return {
        "job": job,
        "title": str(kind.title) % job.arguments,
        "is_open": job.state in {JobState.WAITING, JobState.RUNNING},
        "before": queries.jobs_before(job) if job.state is JobState.WAITING else 0,
        "worker_lives": queries.worker_lives(now=now),
        "expired": not job.folder or (job.expires_at is not None and job.expires_at <= now),
        "reason": told(job.reason),
        "ahead": _page_of(kind.ahead, job) if job.state is JobState.FINISHED else None,
        "back": _page_of(kind.back, job),
        "labels": LABELS,
    }


@bp.get("/jobs/<int:job_id>")
def show(job_id: int) -> ResponseReturnValue:
    """A job that the reader asked for."""
    return render_template("jobs/show.html", **_shown(current_actor(), job_id))


@bp.get("/jobs/<int:job_id>/progress")
def progress(job_id: int) -> ResponseReturnValue:
    """The part of the page that changes; when the job is over, the browser is told to fetch the whole."""
    shown = _shown(current_actor(), job_id)
    headers = {} if shown["is_open"] else {"HX-Refresh": "true"}
    return render_template("jobs/_progress.html", **shown), 200, headers


@bp.post("/jobs/<int:job_id>/cancel")
def cancel(job_id: int) -> ResponseReturnValue:
    """Cancel a job."""
    actor = current_actor()
    queries.own_job(actor, job_id)
    if not ActForm().validate_on_submit():
        return render_template("jobs/show.html", **_shown(actor, job_id)), 422
    with write_transaction():
        job = queries.own_job(actor, job_id)
        commands.cancel_job(job, by=actor, now=clock.now())
        over = job.state is JobState.CANCELLED
    flash(_("已取消。") if over else _("已要求取消，办完手头一步就停下。"), "success")
    return redirect(url_for(".show", job_id=job_id))


@bp.get("/jobs/<int:job_id>/result")
def download(job_id: int) -> ResponseReturnValue:
    """The file that a job made, for whoever asked and may still have it."""
    actor = current_actor()
    job = queries.own_job(actor, job_id)
    if job.state is not JobState.FINISHED or job.result_name is None or job.result_sha256 is None:
        raise Stale(_("任务还没有完成，没有可以下载的文件。"))
    if not job.folder or job.expires_at is None or job.expires_at <= clock.now():
        raise Stale(_("文件已过期清除，请重新生成。"))
    _kind(job).check(actor, job.arguments)
    path = folder_of(job.folder) / job.result_sha256
    if not path.is_file() or digest_of(path) != job.result_sha256:
        raise Damaged
    ending = "." + job.result_name.rpartition(".")[2]
    return send_file(path, mimetype=MADE[ending], as_attachment=True, download_name=job.result_name)
