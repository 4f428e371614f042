"""The blueprint of this feature's pages."""

from flask import Blueprint

bp = Blueprint("delivery", "tracker.delivery")
