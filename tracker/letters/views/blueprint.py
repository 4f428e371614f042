"""Where the pages of letters hang."""

from flask import Blueprint

from tracker.letters.rules import shaped

bp = Blueprint("letters", "tracker.letters")
bp.add_app_template_filter(shaped, "shaped")
