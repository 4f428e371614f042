"""Where the pages of letters hang."""

from flask import Blueprint

bp = Blueprint("letters", "tracker.letters")
