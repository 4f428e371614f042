"""The settings of the application at work, for whatever needs one of them."""

from flask import current_app

from config import Settings


def settings() -> Settings:
    """What this installation is."""
    own: Settings = current_app.extensions["settings"]
    return own


def on_paper(path: str) -> str:
    """An address to print: the installation's own, whatever host the request named."""
    return settings().base_url + path
