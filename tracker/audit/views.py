"""The auditor's page."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.audit import policy, queries
from tracker.audit.forms import RecordFilter
from tracker.kernel.actor import current_actor
from tracker.kernel.entry import one_line
from tracker.kernel.registry import registry
from tracker.kernel.text import _
from tracker.kernel.verdict import require

bp = Blueprint("audit", __name__)


@bp.get("/audit")
def index() -> ResponseReturnValue:
    """The record of acts, newest first."""
    require(policy.may_read_record(current_actor()))
    form = RecordFilter(request.args)
    words = [SelectChoice(code, str(word)) for code, word in sorted(registry.acts.items())]
    form.act.choices = [SelectChoice("", _("全部操作")), *words]
    if not form.validate():
        return render_template("audit/index.html", form=form, page=None, acts=registry.acts), 422
    page = queries.record_page(
        act=form.act.data,
        who=one_line(form.who.data or "", "who", limit=60),
        since=form.since.data,
        until=form.until.data,
        after=request.args.get("after", ""),
    )
    return render_template("audit/index.html", form=form, page=page, acts=registry.acts)
