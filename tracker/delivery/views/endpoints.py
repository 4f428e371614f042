"""The system administrator's pages of endpoints: set up, change, disable, enable, send a test."""

from math import ceil

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.delivery import claiming, commands, endpoints, policy, queries
from tracker.delivery.commands import EndpointFacts
from tracker.delivery.courier import way_out
from tracker.delivery.forms import DisableForm, MailForm, NewRobotForm, RobotForm
from tracker.delivery.models import ChannelEndpoint
from tracker.delivery.rendering import address
from tracker.delivery.rules import LABELS, EndpointKind, Outcome, answered
from tracker.delivery.senders import Answer, Letter, NoLine, open_line
from tracker.delivery.views.blueprint import bp
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid
from tracker.kernel.forms import ActForm
from tracker.kernel.installation import deliveries_held
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.organisation.models import Person


@bp.get("/channels", endpoint="endpoints")
def endpoint_list() -> ResponseReturnValue:
    """The list of endpoints."""
    actor = current_actor()
    require(policy.may_keep_endpoints(actor))
    rows = queries.endpoint_rows(actor)
    return render_template("delivery/endpoints.html", rows=rows, labels=LABELS, held=deliveries_held())


@bp.route("/channels/new", methods=["GET", "POST"])
def add_endpoint() -> ResponseReturnValue:
    """A new mail server, or a new robot or gateway."""
    actor = current_actor()
    require(policy.may_keep_endpoints(actor))
    mail = request.args.get("kind") == EndpointKind.MAIL
    form = MailForm() if mail else NewRobotForm()
    if isinstance(form, NewRobotForm):
        form.group.offer([(group.id, group.short_name or group.name) for group in queries.groups_of_keeper(actor)])
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            group = None
            kind = EndpointKind.MAIL
            if isinstance(form, NewRobotForm):
                group, kind = queries.group_of_keeper(actor, form.group.row_id or 0), EndpointKind(form.kind.data)
            made = commands.add_endpoint(kind, _facts(form), group=group, by=actor, now=clock.now())
            return _saved(made.id, _("已新增，请先试发一条。"))
    return render_template("delivery/edit_endpoint.html", form=form, mail=mail, endpoint=None), status_of(form)


def _facts(form: MailForm | RobotForm) -> EndpointFacts:
    if isinstance(form, MailForm):
        return EndpointFacts(
            form.name.data or "",
            host=form.host.data or "",
            port=form.port.data or 0,
            encryption=form.encryption.data or "",
            login=form.login.data or "",
            sender=form.sender.data or "",
            password=form.password.data or "",
        )
    return EndpointFacts(form.name.data or "", url=form.url.data or "", key=form.key.data or "")


def _saved(endpoint_id: int, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".endpoint", endpoint_id=endpoint_id))


@bp.get("/channels/<int:endpoint_id>")
def endpoint(endpoint_id: int) -> ResponseReturnValue:
    """An endpoint: how it stands and what may be done with it."""
    return _shown(queries.visible_endpoint(current_actor(), endpoint_id), DisableForm())


def _shown(found: ChannelEndpoint, form: DisableForm) -> ResponseReturnValue:
    row = next(row for row in queries.endpoint_rows(current_actor()) if row.endpoint.id == found.id)
    page = render_template(
        "delivery/endpoint.html", row=row, form=form, labels=LABELS, secrets=endpoints.secrets_of(found)
    )
    return page, status_of(form)


@bp.route("/channels/<int:endpoint_id>/edit", methods=["GET", "POST"])
def edit_endpoint(endpoint_id: int) -> ResponseReturnValue:
    """Change an endpoint; what is secret is never shown, and stays where nothing new is typed."""
    actor = current_actor()
    found = queries.visible_endpoint(actor, endpoint_id)
    mail = found.kind is EndpointKind.MAIL
    known = endpoints.facts(found)
    form = MailForm(data=known) if mail else RobotForm(data=known)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            found = queries.visible_endpoint(actor, endpoint_id)
            commands.edit_endpoint(found, _facts(form), version=form.seen_version, by=actor, now=clock.now())
            return _saved(endpoint_id, _("已保存。"))
    return render_template("delivery/edit_endpoint.html", form=form, mail=mail, endpoint=found), status_of(form)


@bp.post("/channels/<int:endpoint_id>/disable")
def disable_endpoint(endpoint_id: int) -> ResponseReturnValue:
    """Use an endpoint no more."""
    actor, form = current_actor(), DisableForm()
    found = queries.visible_endpoint(actor, endpoint_id)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            found = queries.visible_endpoint(actor, endpoint_id)
            count = commands.disable_endpoint(
                found, reason=form.reason.data or "", version=form.seen_version, by=actor, now=clock.now()
            )
            return _saved(
                endpoint_id, _("已停用，%(count)s 份待发消息留待新的渠道发出；站内消息不受影响。", count=count)
            )
    return _shown(found, form)


@bp.post("/channels/<int:endpoint_id>/enable")
def enable_endpoint(endpoint_id: int) -> ResponseReturnValue:
    """Use an endpoint again."""
    actor = current_actor()
    queries.visible_endpoint(actor, endpoint_id)
    with write_transaction():
        found = queries.visible_endpoint(actor, endpoint_id)
        commands.enable_endpoint(found, version=ActForm().seen_version, by=actor, now=clock.now())
    return _saved(endpoint_id, _("已启用。"))


@bp.post("/channels/<int:endpoint_id>/test")
def test_endpoint(endpoint_id: int) -> ResponseReturnValue:
    """Send a test to the reader, and say with what code the other side answered; never with its words."""
    actor = current_actor()
    found = queries.visible_endpoint(actor, endpoint_id)
    letter = _test_letter(found, db.session.get_one(Person, actor.person_id))
    db.session.rollback()
    with write_transaction():
        free_at = claiming.take_turn(queries.visible_endpoint(actor, endpoint_id), now=clock.now())
    if free_at is not None:
        seconds = max(1, ceil((free_at - clock.now()).total_seconds()))
        flash(_("该渠道每分钟的发送数量已用完，请在 %(seconds)s 秒后再试发。", seconds=seconds), "error")
        return redirect(url_for(".endpoint", endpoint_id=endpoint_id))
    answer = _try_out(queries.visible_endpoint(actor, endpoint_id), letter)
    with write_transaction():
        commands.note_test(queries.visible_endpoint(actor, endpoint_id), answer, by=actor, now=clock.now())
    said = _("%(outcome)s（答复：%(code)s）", outcome=LABELS[answer.outcome], code=answered(answer.code))
    flash(said, "success" if answer.outcome is Outcome.DELIVERED else "error")
    return redirect(url_for(".endpoint", endpoint_id=endpoint_id))


def _test_letter(found: ChannelEndpoint, person: Person) -> Letter:
    now = clock.now()
    if found.kind is EndpointKind.MAIL and not person.email:
        refusal = Invalid({"email": _("请先在“接收设置”中填写您自己的邮箱。")})
        refusal.ways = [(_("接收设置"), url_for(".preferences"))]
        raise refusal
    if found.kind is EndpointKind.WEBHOOK and not person.phone:
        raise Invalid({"phone": _("请先登记您自己的电话。")})
    text = _("这是责任台的一条试发消息，收到即说明渠道可用。 %(url)s", url=address("delivery.endpoints"))
    payload = {"subject": _("责任台试发"), "from": _("责任台"), "at": now.isoformat(), "text": text}
    return Letter(f"test-{found.id}.{now:%Y%m%d%H%M%S%f}@test", person.email, person.phone, person.name, payload)


def _try_out(found: ChannelEndpoint, letter: Letter) -> Answer:
    try:
        target = endpoints.readable(found)
        db.session.rollback()
        with open_line(target, way=way_out(), seconds=int(clock.now().timestamp())) as line:
            return line.send(letter)
    except NoLine as none:
        return none.answer
