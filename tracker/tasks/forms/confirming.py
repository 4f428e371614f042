"""What a head gives to confirm several drafts at once: the ticks, and the password once."""

from flask_wtf import FlaskForm
from wtforms import PasswordField

from tracker.kernel.text import _l


class ConfirmForm(FlaskForm):
    """Confirm ticked drafts."""

    password = PasswordField(_l("登录密码"), render_kw={"autocomplete": "current-password"})
