"""What is typed where a plan document is brought in."""

from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField

from tracker.kernel.forms import UploadField
from tracker.kernel.text import _l


class UploadForm(FlaskForm):
    """A file, or the text itself; the region is asked for only where there are several."""

    file = UploadField(_l("方案文件"), render_kw={"accept": ".txt,.docx"})
    text = TextAreaField(_l("或者粘贴方案全文"), render_kw={"rows": 8})
    region = SelectField(_l("行政区"), choices=[], validate_choice=False)
