"""The blueprint that the pages and shell commands of this feature hang on."""

from flask import Blueprint

bp = Blueprint("organisation", __name__, cli_group="calendar")
