"""Lists of deliveries for administrators, trails for a group's office, and the panel on a task's page."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from tracker.delivery import commands, policy, queries
from tracker.delivery.forms import TrailFilter
from tracker.delivery.models import ChannelEndpoint
from tracker.delivery.rules import LABELS
from tracker.delivery.views.blueprint import bp
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.entry import one_line
from tracker.kernel.errors import NotVisible
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import row_number
from tracker.organisation.models import Person
from tracker.organisation.policy import WATCHING
from tracker.organisation.queries import group_of_reader, visible_groups
from tracker.outbox.rules import LABELS as CHANNELS
from tracker.outbox.words import sentence_of


@bp.get("/deliveries")
def deliveries() -> ResponseReturnValue:
    """How messages fared, without what they say."""
    actor = current_actor()
    require(policy.may_keep_endpoints(actor))
    form = TrailFilter(request.args)
    page = None
    if form.validate():
        page = queries.deliveries_page(
            actor, states=form.states, channel=form.way, cursor=request.args.get("after", "")
        )
    shown = render_template("delivery/deliveries.html", form=form, page=page, labels=LABELS, channels=CHANNELS)
    return shown, 200 if page else 422


@bp.get("/deliveries/<int:delivery_id>")
def delivery(delivery_id: int) -> ResponseReturnValue:
    """One delivery: what was tried, what was answered, and what may be done about it."""
    found = queries.visible_delivery(current_actor(), delivery_id)
    return render_template(
        "delivery/delivery.html",
        delivery=found,
        recipient=db.session.get_one(Person, found.recipient_id),
        endpoint=db.session.get_one(ChannelEndpoint, found.endpoint_id),
        attempts=queries.attempts_of(found.id),
        labels=LABELS,
        channels=CHANNELS,
    )


@bp.post("/deliveries/<int:delivery_id>/resolve")
def resolve(delivery_id: int) -> ResponseReturnValue:
    """Say that an uncertain delivery arrived, or have it sent once more."""
    actor = current_actor()
    queries.visible_delivery(actor, delivery_id)
    arrived = request.form.get("arrived") == "1"
    with write_transaction():
        commands.resolve_delivery(
            queries.visible_delivery(actor, delivery_id), arrived=arrived, by=actor, now=clock.now()
        )
    flash(_("已记为送达。") if arrived else _("已安排再发一次，并注明可能重复。"), "success")
    return redirect(url_for(".delivery", delivery_id=delivery_id))


@bp.post("/deliveries/<int:delivery_id>/retry")
def retry(delivery_id: int) -> ResponseReturnValue:
    """Send a failed delivery again."""
    actor = current_actor()
    queries.visible_delivery(actor, delivery_id)
    with write_transaction():
        commands.retry_delivery(queries.visible_delivery(actor, delivery_id), by=actor, now=clock.now())
    flash(_("已安排重新发送。"), "success")
    return redirect(url_for(".delivery", delivery_id=delivery_id))


@bp.get("/trail")
def my_trail() -> ResponseReturnValue:
    """The trail of the first group that the reader watches over; from there to the others."""
    groups = sorted(current_actor().groups_as(*WATCHING))
    if not groups:
        raise NotVisible
    return redirect(url_for(".trail", group_id=groups[0]))


@bp.get("/groups/<int:group_id>/trail")
def trail(group_id: int) -> ResponseReturnValue:
    """Who was told what in a group, when, by which channel, and what was answered."""
    actor = current_actor()
    group = group_of_reader(actor, group_id)
    require(policy.may_see_trail(actor, group))
    form = TrailFilter(request.args)
    page = None
    task_id = request.args.get("task", type=row_number)
    if form.validate():
        page = queries.trail_page(group.id, _narrowed(form), task_id=task_id)
    shown = render_template(
        "delivery/trail.html",
        form=form,
        page=page,
        group=group,
        task_id=task_id,
        groups=[other for other in visible_groups(actor) if policy.sees_trail(actor, other.id)],
        labels=LABELS,
        channels=CHANNELS,
        sentence_of=sentence_of,
    )
    return shown, 200 if page else 422


@bp.get("/deliveries/told")
def told() -> ResponseReturnValue:
    """Who was told what that is no group's: accounts, channels, the keeping of the installation."""
    actor = current_actor()
    require(policy.may_keep_endpoints(actor))
    form = TrailFilter(request.args)
    page = queries.installation_trail(actor, _narrowed(form)) if form.validate() else None
    shown = render_template(
        "delivery/trail.html",
        form=form,
        page=page,
        group=None,
        task_id=None,
        groups=[],
        labels=LABELS,
        channels=CHANNELS,
        sentence_of=sentence_of,
    )
    return shown, 200 if page else 422


def _narrowed(form: TrailFilter) -> queries.Narrowed:
    who = one_line(form.who.data or "", "who", limit=60)
    return queries.Narrowed(form.states, form.way, who, request.args.get("after", ""))


def panel(thing: object, actor: Actor) -> str:
    """“消息送达” on a task's page, for whoever watches over its group."""
    group_id, task_id = int(getattr(thing, "group_id", 0)), int(getattr(thing, "id", 0))
    if not policy.sees_trail(actor, group_id):
        return ""
    rows = queries.told_about("task", task_id)
    if not rows:
        return ""
    return Markup(  # noqa: S704 - drawn by a template, which escapes
        render_template(
            "delivery/_panel.html",
            told=rows,
            group_id=group_id,
            task_id=task_id,
            labels=LABELS,
            channels=CHANNELS,
            sentence_of=sentence_of,
        )
    )
