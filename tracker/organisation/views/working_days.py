"""The working-day calendar: a year at a glance, a day corrected, a year's notice taken over."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.organisation import commands, policy, queries
from tracker.organisation.forms import DayForm, NoticeForm
from tracker.organisation.holiday_notice import read_notice
from tracker.organisation.views.blueprint import bp

FIRST_YEAR, LAST_YEAR = 2000, 2100


@bp.get("/calendar")
def calendar() -> ResponseReturnValue:
    """A year of working days."""
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else clock.today().year
    return _year_page(min(max(year, FIRST_YEAR), LAST_YEAR), DayForm()), 200


@bp.post("/calendar/days")
def correct_day() -> ResponseReturnValue:
    """Say that offices work on a day or do not."""
    require(policy.may_keep_calendar(current_actor()))
    form = DayForm()
    day = form.day.data if form.validate() else None
    if day is not None:
        with form_errors(form), write_transaction():
            commands.correct_day(
                day,
                working=form.working.data == "yes",
                note=form.note.data or "",
                by=current_actor(),
                now=clock.now(),
            )
            flash(_("已更正。"), "success")
            return redirect(url_for(".calendar", year=day.year))
    return _year_page(clock.today().year, form), 422


@bp.route("/calendar/notice", methods=["GET", "POST"])
def holiday_notice() -> ResponseReturnValue:
    """Paste a year's notice, see what it says, and take it over."""
    require(policy.may_keep_calendar(current_actor()))
    form = NoticeForm()
    notice = read_notice(form.text.data or "") if form.validate_on_submit() else None
    if notice and not notice.errors and request.form.get("confirm"):
        with write_transaction():
            commands.publish_year(form.text.data or "", by=current_actor(), now=clock.now())
        flash(_("%(year)s 年的放假安排已录入。", year=notice.year), "success")
        return redirect(url_for(".calendar", year=notice.year))
    status = 422 if notice is None or notice.errors else 200
    page = render_template("organisation/holiday_notice.html", form=form, notice=notice)
    return page, status if form.is_submitted() else status_of(form)


def _year_page(year: int, form: DayForm) -> str:
    return render_template(
        "organisation/calendar.html",
        view=queries.year_view(year),
        years=(max(year - 1, FIRST_YEAR), min(year + 1, LAST_YEAR)),
        form=form,
        may_keep=policy.may_keep_calendar(current_actor()),
        today=clock.today(),
    )
