"""Kinds of field that forms are made of."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FieldList,
    FileField,
    HiddenField,
    MultipleFileField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, InputRequired, Length, Optional, StopValidation, ValidationError

from tracker.kernel.entry import FIRST_DAY, LAST_DAY, number_of
from tracker.kernel.files import ACCEPTED
from tracker.kernel.text import _l

MAX_FILES = 10
LONG = 4000

REQUIRED = DataRequired(_l("请填写此项。"))
CHOSEN = InputRequired(_l("请选择。"))
OPTIONAL = Optional()

HOURS = [SelectChoice(hour, f"{hour}:00") for hour in range(24)]
"""The whole hours of a day, to choose from."""

Choices = Sequence[tuple[int, str]]


def words(options: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Options of a field from their values and words."""
    return [SelectChoice(value, word) for value, word in options]


class ActForm(FlaskForm):
    """An act on something that others may change meanwhile: its version travels along."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version that the reader saw; what cannot be one was never seen and is stale."""
        seen = number_of(self.version.data or "")
        return -1 if seen is None else seen


class DayGiven(DataRequired):
    """A day must be given; who typed one that is none is told about the date, not that nothing was filled in."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        """Keep what was said of the date."""
        if field.process_errors and any(text.strip() for text in field.raw_data or ()):
            raise StopValidation
        super().__call__(form, field)


class DayField(DateField):
    """A day; what is no day is said so in our own words."""

    def __init__(self, label: Any, *, required: bool = False, checks: Sequence[Any] = (), **more: Any) -> None:
        given = DayGiven(_l("请填写此项。")) if required else OPTIONAL
        super().__init__(label, [given, *checks], **more)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the browser's date; years that no paper of an office has are none."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(_l("请填写正确的日期，例如 2026-03-31。"))) from error
        if self.data is not None and not FIRST_DAY <= self.data <= LAST_DAY:
            self.data = None
            years = {"first": FIRST_DAY.year, "last": LAST_DAY.year}
            raise ValueError(str(_l("日期应在%(first)s年至%(last)s年之间。", **years)))


class TextField(TextAreaField):
    """Text of several lines."""

    def __init__(self, label: Any, *, required: bool = False, limit: int = LONG, rows: int = 3, **more: Any) -> None:
        too_long = Length(max=limit, message=_l("最多 %(max)d 个字。"))
        render = {"rows": rows, **more.pop("render_kw", {})}
        super().__init__(label, [REQUIRED if required else OPTIONAL, too_long], render_kw=render, **more)


class ChoiceField(SelectField):
    """One of some rows by id; 0 is none. Whatever is not offered is refused."""

    def __init__(self, label: Any, *, required: bool = False, **more: Any) -> None:
        self.empty = more.pop("empty", _l("请选择"))
        self.needed = required
        self._offered = {0}
        super().__init__(label, coerce=_row_number, choices=words([("0", self.empty)]), **more)

    def offer(self, choices: Choices) -> None:
        """Say which rows there are to choose from."""
        self.choices = words([("0", self.empty), *((str(row_id), name) for row_id, name in choices)])
        self._offered = {0, *(row_id for row_id, _name in choices)}

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 - the library's signature
        """Refuse what was not offered, in our own words."""
        self.data = self.data or 0
        if self.data not in self._offered:
            raise ValidationError(str(_l("请从列出的选项中选择。")))
        if self.needed and not self.data:
            raise ValidationError(str(_l("请选择。")))

    @property
    def row_id(self) -> int | None:
        """The chosen row, or None."""
        return self.data or None


class RowsField(FieldList):  # type: ignore[type-arg]
    """Fields in numbered rows. What is sent under no number that a row can have belongs to no row."""

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        for name in formdata:
            if name.startswith(f"{prefix}-"):
                text = name.removeprefix(f"{prefix}-").split("-", 1)[0]
                number = number_of(text)
                if number is not None and text == str(number):
                    yield number


class UploadField(FileField):
    """One file. Words that were sent in its place are none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the file that was really chosen."""
        self.data = next((sent for sent in valuelist if getattr(sent, "filename", "")), None)


class FilesField(MultipleFileField):
    """Several files; what they may be is decided by their content when they are kept."""

    def __init__(self, label: Any, **more: Any) -> None:
        render = {"accept": ",".join(ACCEPTED)}
        help_text = _l("PDF、Word、Excel、PPT、图片，最多 10 个；涉密材料不得上传。")
        super().__init__(label, [OPTIONAL], render_kw=render, description=help_text, **more)

    @property
    def uploads(self) -> list[Any]:
        """The files that were really chosen; an empty field sends one without a name."""
        return [upload for upload in self.data or [] if getattr(upload, "filename", "")]


class AskedAgainForm(FlaskForm):
    """The password again, and the code of whoever has a second factor, before an act that asks for it."""

    password = PasswordField(_l("登录密码"), render_kw={"autocomplete": "current-password"})
    code = StringField(_l("动态验证码或恢复码"), render_kw={"autocomplete": "one-time-code", "spellcheck": "false"})


class PaperForm(ActForm):
    """An act of a leader that may have been taken on paper (纸质签批) and is entered by the office."""

    paper = BooleanField(_l("纸质签批：领导已在纸上签批，由我录入"))
    signatory = ChoiceField(_l("签批人"))
    scan = UploadField(_l("签批件扫描或照片"), [OPTIONAL], render_kw={"accept": ",".join(ACCEPTED)})


def _row_number(value: object) -> int:
    number = number_of(str(value or 0))
    if number is None:
        raise ValidationError(str(_l("请从列出的选项中选择。")))
    return number
