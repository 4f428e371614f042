"""The blueprint of this feature's pages."""

from flask import Blueprint

from tracker.delivery.rules import answered

bp = Blueprint("delivery", "tracker.delivery")
bp.add_app_template_filter(answered, "answered")
