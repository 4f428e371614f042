"""How the record of acts is searched."""

from datetime import date

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from tracker.kernel.forms import DayField
from tracker.kernel.text import _l

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2100, 12, 31)


def _sensible(_form: FlaskForm, field: DayField) -> None:
    if field.data is not None and not FIRST_DAY <= field.data <= LAST_DAY:
        raise ValidationError(_l("日期超出范围。"))


class RecordFilter(FlaskForm):
    """By act, by person, by day."""

    class Meta:
        """An address that can be kept and sent carries no token."""

        csrf = False

    act = SelectField(_l("操作"), default="")
    who = StringField(_l("人员"), [Optional(), Length(max=60)])
    since = DayField(_l("起"), checks=[_sensible])
    until = DayField(_l("止"), checks=[_sensible])
