"""The way in from the shell: what needs neither database nor settings is done before the application is loaded."""

from collections.abc import Callable, Mapping
from functools import cached_property

from click import Command, Context, get_current_context
from flask import Flask
from flask.cli import AppGroup, FlaskGroup

from tracker.plans.cli import plan_cli

EARLY: Mapping[str, Command] = {"plan": plan_cli}
"""Commands that run without the application."""


class EarlyGroup(AppGroup):
    """Knows the early commands, and loads the application for any other."""

    def __init__(self, build: Callable[[], Flask]) -> None:
        super().__init__()
        self._build = build

    @cached_property
    def _app(self) -> Flask:
        return self._build()

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        if cmd_name in EARLY:
            return EARLY[cmd_name]
        # Around what follows stands the whole application instead of the early one.
        ctx.with_resource(self._app.app_context())
        return self._app.cli.get_command(ctx, cmd_name)

    def list_commands(self, ctx: Context) -> list[str]:
        return self._app.cli.list_commands(ctx)


def is_choosing_a_command() -> bool:
    """Whether `flask` is asking what commands there are; afterwards, as a command, it asks for the application."""
    context = get_current_context(silent=True)
    return context is not None and context.parent is None and isinstance(context.command, FlaskGroup)


def early_app(build: Callable[[], Flask]) -> Flask:
    """What `flask` takes for the application until it knows which command is meant."""
    app = Flask("tracker", static_folder=None)
    app.cli = EarlyGroup(build)
    return app
