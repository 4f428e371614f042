"""Where the pages of the organisation hang, and what several of them share."""

from datetime import date

from flask import Blueprint, request

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _
from tracker.organisation import queries
from tracker.organisation.forms import LIST_TEXT_LIMIT, EndForm
from tracker.organisation.models import LeadershipGroup, MemberUnit, Person, Unit
from tracker.organisation.rules import masked_phone

bp = Blueprint("organisation", "tracker.organisation")
bp.add_app_template_filter(masked_phone)


def unit_of_page(unit_id: int) -> Unit:
    """The unit that the address names; 404 unless the reader may see it."""
    return queries.unit_by_id(current_actor(), unit_id, day=clock.today())


def person_of_page(person_id: int) -> Person:
    """The person that the address names; 404 unless the reader may see them."""
    return queries.person_by_id(current_actor(), person_id, day=clock.today())


def group_of_page(group_id: int) -> LeadershipGroup:
    """The group that the address names; 404 unless the reader may know of it."""
    return queries.group_of_reader(current_actor(), group_id)


def member_of_page(group_id: int, member_unit_id: int) -> MemberUnit:
    """The member unit that the address names; 404 unless it is of a group that the reader may know of."""
    return queries.member_by_id(group_of_page(group_id), member_unit_id)


def last_day_given() -> date | None:
    """The last day that a form for ending something gives, if it gives one."""
    form = EndForm()
    if not form.validate():
        raise Invalid({"last_day": _("日期填写有误。")})
    return form.last_day.data


def asked(name: str) -> str:
    """A word of the address, such as what to search for."""
    return one_line(request.args.get(name, ""), name, limit=LIST_TEXT_LIMIT)
