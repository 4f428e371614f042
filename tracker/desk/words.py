"""Sentences of the desks: how a light, a date and a message read, and the text for the work group's chat."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.dates import format_skeleton
from flask_babel import get_locale

from tracker.desk.queries import About, Matter, UnitMatters
from tracker.kernel.clock import local_date
from tracker.kernel.text import _
from tracker.tasks.rules import LABELS, Light


def short_day(day: date) -> str:
    """A day without its year: 3月18日."""
    return _short_day(day, str(get_locale()))


@lru_cache(maxsize=1024)
def _short_day(day: date, locale: str) -> str:
    return format_skeleton("MMMd", datetime(day.year, day.month, day.day), locale=locale)  # noqa: DTZ001 - a day


def day_of(instant: datetime) -> str:
    """The day in China on which something happened."""
    return short_day(local_date(instant))


def lamp(light: Light) -> dict[str, Any]:
    """A light as the macros draw it."""
    return {"code": light.value, "word": LABELS[light]}


def lamp_text(light: Light, days: int | None) -> str | None:
    """The lamp's words with its working days; None leaves the plain word."""
    if days is None:
        return None
    if light is Light.RED:
        return str(_("逾期 %(days)s 天", days=days))
    if light in {Light.YELLOW, Light.GREEN}:
        return str(_("还剩 %(days)s 天", days=days) if days else _("今天到期"))
    return None


def work_group_text(group: str, units: Sequence[UnitMatters], *, now: datetime) -> str:
    """A courteous text for the work group's chat, unit by unit, ready to paste."""
    if not units:
        return ""
    head = _(
        "【%(group)s办公室提醒】各成员单位：截至%(day)s，以下事项请予关注。",
        group=group,
        day=short_day(local_date(now)),
    )
    blocks = [
        "\n".join([f"▍{unit.unit}", *(f"{n}. {_matter(matter)}" for n, matter in enumerate(unit.matters, 1))])
        for unit in units
    ]
    foot = _("已办理的请在责任台填报；有困难的请及时与办公室联系。感谢支持！（涉密信息请勿在群内发送）")
    return "\n\n".join([head, *blocks, foot])


def _matter(matter: Matter) -> str:
    day = short_day(matter.due_on) if matter.due_on else _("长期")
    title = _("%(title)s（配合）", title=matter.title) if matter.part else matter.title
    if matter.about is About.LATE:
        return str(
            _(
                "%(title)s：时限%(day)s，已逾期 %(days)s 个工作日，请抓紧办理并说明情况。",
                title=title,
                day=day,
                days=matter.days,
            )
        )
    if matter.about is About.WEEK:
        return str(_("%(title)s：%(day)s到期，请按时完成并填报。", title=title, day=day))
    return str(_("%(title)s：时限%(day)s，尚未签收，请登录签收。", title=title, day=day))
