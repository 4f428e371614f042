"""Member units of a group and who answers for them."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid
from tracker.kernel.registry import registry
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.organisation import commands, policy, queries
from tracker.organisation.forms import ContactForm, MemberForm, NewMemberForm, VersionedForm, options
from tracker.organisation.matching import Certainty, UnitMatch, find_units
from tracker.organisation.models import LeadershipGroup, MemberUnit, Person, Unit
from tracker.organisation.rules import LABELS, ContactRole, UnitKind
from tracker.organisation.views.blueprint import bp, group_of_page, last_day_given, member_of_page

NEW_UNIT = -1


@bp.get("/groups/<int:group_id>/members")
def members(group_id: int) -> ResponseReturnValue:
    """The member units with heads, deputies in charge and liaisons; gaps are marked."""
    found, actor = group_of_page(group_id), current_actor()
    return render_template(
        "organisation/members.html",
        group=found,
        members=queries.members(found, day=clock.today()),
        may_keep=policy.may_keep_group(actor, found),
        whole_phones=policy.may_see_phones(actor, found.id, found.region),
        own_units=actor.unit_ids,
    )


@bp.route("/groups/<int:group_id>/members/new", methods=["GET", "POST"])
def add_member(group_id: int) -> ResponseReturnValue:
    """A unit joins the group, found by the name that is typed."""
    found, actor = group_of_page(group_id), current_actor()
    require(policy.may_keep_group(actor, found))
    form = NewMemberForm()
    matches = find_units(found.region_id, form.name.data or "")
    known = [(match.unit_id, match.name) for match in matches]
    form.unit_id.choices = options([*known, (NEW_UNIT, _("都不是，登记为新单位"))], nothing="")
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            unit = _meant(form, matches, found)
            member = commands.add_member_unit(
                found, unit=unit, duties=form.duties.data or "", by=actor, now=clock.now()
            )
            return redirect(url_for(".member", group_id=group_id, member_unit_id=member.id))
    asking = bool(form.unit_id.errors)
    page = render_template("organisation/add_member.html", form=form, group=found, asking=asking, matches=matches)
    return page, status_of(form)


def _meant(form: NewMemberForm, matches: list[UnitMatch], group: LeadershipGroup) -> Unit:
    """The unit that a typed name means; asks where that is not certain."""
    chosen = form.unit_id.data
    if not chosen and matches and matches[0].certainty == Certainty.EXACT:
        chosen = matches[0].unit_id
    if not chosen and matches:
        raise Invalid({"unit_id": _("名称相近的单位已有登记，请选择。")})
    if chosen and chosen != NEW_UNIT:
        return db.session.get_one(Unit, chosen)
    name = form.name.data or ""
    kind = UnitKind.TOWN if name.endswith(("镇", "乡", "街道")) else UnitKind.DEPARTMENT
    return commands.add_unit(group.region, name=name, kind=kind, by=current_actor(), now=clock.now())


@bp.get("/groups/<int:group_id>/members/<int:member_unit_id>")
def member(group_id: int, member_unit_id: int) -> ResponseReturnValue:
    """A member unit: duties, working team, who answers for it and who did."""
    row, actor, today = member_of_page(group_id, member_unit_id), current_actor(), clock.today()
    may_keep = policy.may_keep_group(actor, row.group)
    seats, standings = queries.seats_of_member(actor, row, day=today)
    return render_template(
        "organisation/member.html",
        member=row,
        group=row.group,
        answering=queries.member_row(row, day=today),
        history=queries.contact_history(row),
        seats=seats,
        standings=standings,
        may_keep=may_keep,
        whole_phones=policy.may_see_phones(actor, group_id, row.group.region) or row.unit_id in actor.unit_ids,
        contact_form=_contact_form(row) if may_keep else None,
        end_form=VersionedForm(version=row.version),
        panels=[panel([row], actor) for panel in registry.panels.get("unit", [])],
        may_see_unit=bool(queries.seen_units(actor, [row.unit_id], day=today)),
        labels=LABELS,
        today=today,
    )


@bp.route("/groups/<int:group_id>/members/<int:member_unit_id>/edit", methods=["GET", "POST"])
def edit_member(group_id: int, member_unit_id: int) -> ResponseReturnValue:
    """Change what a member unit is there for."""
    row, actor = member_of_page(group_id, member_unit_id), current_actor()
    require(policy.may_keep_group(actor, row.group))
    form = MemberForm(obj=row)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.change_member_unit(
                row,
                duties=form.duties.data or "",
                section=form.section.data or "",
                working_team=form.working_team.data or "",
                version=form.seen_version,
                by=actor,
                now=clock.now(),
            )
            return _done(row, _("已保存。"))
    return render_template("organisation/edit_member.html", form=form, member=row, group=row.group), status_of(form)


@bp.post("/groups/<int:group_id>/members/<int:member_unit_id>/end")
def end_member(group_id: int, member_unit_id: int) -> ResponseReturnValue:
    """A unit leaves the group."""
    row = member_of_page(group_id, member_unit_id)
    with write_transaction():
        commands.end_member_unit(row, version=VersionedForm().seen_version, by=current_actor(), now=clock.now())
    flash(_("该单位已移出领导小组。"), "success")
    return redirect(url_for(".members", group_id=group_id))


@bp.route("/groups/<int:group_id>/members/<int:member_unit_id>/contacts", methods=["GET", "POST"])
def set_contact(group_id: int, member_unit_id: int) -> ResponseReturnValue:
    """Say who is deputy in charge or liaison."""
    row, actor = member_of_page(group_id, member_unit_id), current_actor()
    require(policy.may_keep_group(actor, row.group))
    form = _contact_form(row)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.set_contact(
                row,
                role=ContactRole(form.role.data),
                person=db.session.get_one(Person, form.person_id.data),
                starts_on=form.starts_on.data,
                by=actor,
                now=clock.now(),
            )
            return _done(row, _("已更新。"))
    return render_template("organisation/set_contact.html", form=form, member=row, group=row.group), status_of(form)


@bp.post("/groups/<int:group_id>/members/<int:member_unit_id>/contacts/<int:contact_id>/end")
def end_contact(group_id: int, member_unit_id: int, contact_id: int) -> ResponseReturnValue:
    """A deputy in charge or liaison no longer is."""
    row = member_of_page(group_id, member_unit_id)
    contact = queries.contact_of_member(row, contact_id)
    with write_transaction():
        commands.end_contact(contact, last_day=last_day_given(), by=current_actor(), now=clock.now())
    return _done(row, _("已更新。"))


def _contact_form(row: MemberUnit) -> ContactForm:
    form = ContactForm()
    form.person_id.choices = options(queries.member_candidates(row, day=clock.today()))
    return form


def _done(row: MemberUnit, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".member", group_id=row.group_id, member_unit_id=row.id))
