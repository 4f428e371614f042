"""The auditor's page."""

from io import BytesIO

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.audit import policy, queries
from tracker.audit.forms import RecordFilter
from tracker.audit.models import AuditEntry
from tracker.audit.wording import noted, subject
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Stale
from tracker.kernel.paging import Page
from tracker.kernel.registry import registry
from tracker.kernel.text import _, _l
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
        return _index(form, None), 422
    page = queries.record_page(
        act=form.act.data,
        who=one_line(form.who.data or "", "who", limit=60),
        since=form.since.data,
        until=form.until.data,
        after=request.args.get("after", ""),
    )
    return _index(form, page)


def _index(form: RecordFilter, page: Page[AuditEntry] | None) -> str:
    chain = queries.chain_state(clock.now())
    return render_template(
        "audit/index.html", form=form, page=page, acts=registry.acts, chain=chain, subject=subject, noted=noted
    )


@bp.get("/audit/anchor")
def anchor() -> ResponseReturnValue:
    """The newest seal as a file, to be kept elsewhere."""
    require(policy.may_read_record(current_actor()))
    seal = queries.last_seal()
    if seal is None:
        raise Stale(_l("尚未封存过，没有锚点。"))
    data = BytesIO(f"{queries.anchor_line(seal)}\n".encode())
    name = f"anchor-{seal.number}.json"
    return send_file(data, mimetype="application/json", as_attachment=True, download_name=name)
