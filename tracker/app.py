"""The application's factory: the only file that knows all features."""

from collections.abc import Callable, Mapping

from blinker import Signal
from click import Command
from flask import Flask, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, Settings
from tracker import cli, health, readers, refusals, shell
from tracker import tables as _tables  # noqa: F401 - relationships and migrations need every table
from tracker.accounts import access as accounts_access
from tracker.accounts import acts as accounts_acts
from tracker.accounts import gate
from tracker.accounts import notices as accounts_notices
from tracker.accounts import views as accounts_views
from tracker.accounts.cli import cli as accounts_cli
from tracker.accounts.rules import way_back
from tracker.audit import access as audit_access
from tracker.audit import acts as audit_acts
from tracker.audit import views as audit_views
from tracker.audit.cli import cli as audit_cli
from tracker.delivery import access as delivery_access
from tracker.delivery import acts as delivery_acts
from tracker.delivery import cli as delivery_cli
from tracker.delivery import notices as delivery_notices
from tracker.delivery import views as delivery_views
from tracker.delivery.rules import LABELS as DELIVERY_LABELS
from tracker.demo import cli as demo_cli
from tracker.desk import access as desk_access
from tracker.desk import views as desk_views
from tracker.jobs import access as jobs_access
from tracker.jobs import cli as jobs_cli
from tracker.jobs import views as jobs_views
from tracker.kernel import headers, logs
from tracker.kernel.access import Route
from tracker.kernel.db import db, engine_options
from tracker.kernel.languages import init_languages
from tracker.kernel.registry import JobKind, MenuEntry, Message, registry
from tracker.kernel.statics import init_statics
from tracker.kernel.web import RowNumber
from tracker.letters import access as letters_access
from tracker.letters import acts as letters_acts
from tracker.letters import batch_files as letters_files
from tracker.letters import issuing as letters_issuing
from tracker.letters import notices as letters_notices
from tracker.letters import pile_reading as letters_piles
from tracker.letters import views as letters_views
from tracker.letters.cli import cli as letters_cli
from tracker.letters.rules import LABELS as LETTER_LABELS
from tracker.letters.signals import letter_went_on
from tracker.organisation import access as organisation_access
from tracker.organisation import acts as organisation_acts
from tracker.organisation import notices as organisation_notices
from tracker.organisation import views as organisation_views
from tracker.organisation.cli import cli as organisation_cli
from tracker.organisation.rules import LABELS as ORGANISATION_LABELS
from tracker.oversight import access as oversight_access
from tracker.oversight import acts as oversight_acts
from tracker.oversight import notices as oversight_notices
from tracker.oversight import reactions as oversight_reactions
from tracker.oversight import views as oversight_views
from tracker.oversight.rules import LABELS as OVERSIGHT_LABELS
from tracker.plans import access as plans_access
from tracker.plans import acts as plans_acts
from tracker.plans import views as plans_views
from tracker.plans.cli import plan_cli
from tracker.reminders import access as reminders_access
from tracker.reminders import acts as reminders_acts
from tracker.reminders import cli as reminders_cli
from tracker.reminders import notices as reminders_notices
from tracker.reminders import views as reminders_views
from tracker.reminders.queries.held import clock_doubted
from tracker.reminders.queries.ladders import first_rungs
from tracker.reminders.rules import LABELS as REMINDER_LABELS
from tracker.tasks import access as tasks_access
from tracker.tasks import acts as tasks_acts
from tracker.tasks import breakdown_files as tasks_files
from tracker.tasks import notices as tasks_notices
from tracker.tasks import views as tasks_views
from tracker.tasks.intake import access as intake_access
from tracker.tasks.intake import panel as intake_panel
from tracker.tasks.intake import views as intake_views
from tracker.tasks.rules import LABELS as TASK_LABELS
from tracker.tasks.signals import task_went_on
from tracker.upkeep import access as upkeep_access
from tracker.upkeep import cli as upkeep_cli
from tracker.upkeep import notices as upkeep_notices
from tracker.upkeep import views as upkeep_views
from tracker.upkeep import watch

babel = Babel()
csrf = CSRFProtect()
migrate = Migrate()

BLUEPRINTS = (
    health.bp,
    accounts_views.bp,
    audit_views.bp,
    delivery_views.bp,
    jobs_views.bp,
    organisation_views.bp,
    plans_views.bp,
    intake_views.bp,
    tasks_views.bp,
    letters_views.bp,
    oversight_views.bp,
    reminders_views.bp,
    desk_views.bp,
    upkeep_views.bp,
)
TABLES: tuple[Mapping[str, Route], ...] = (
    health.ACCESS,
    accounts_access.ACCESS,
    audit_access.ACCESS,
    delivery_access.ACCESS,
    jobs_access.ACCESS,
    organisation_access.ACCESS,
    plans_access.ACCESS,
    intake_access.ACCESS,
    tasks_access.ACCESS,
    letters_access.ACCESS,
    oversight_access.ACCESS,
    reminders_access.ACCESS,
    desk_access.ACCESS,
    upkeep_access.ACCESS,
)
MENU: tuple[MenuEntry, ...] = (
    *desk_access.MENU,
    *tasks_access.MENU,
    *accounts_access.MENU,
    *audit_access.MENU,
    *delivery_access.MENU,
    *organisation_access.MENU,
    *plans_access.MENU,
    *letters_access.MENU,
    *upkeep_access.MENU,
    *oversight_access.MENU,
    *reminders_access.MENU,
)
ACTS: tuple[Mapping[str, object], ...] = (
    accounts_acts.ACTS,
    audit_acts.ACTS,
    delivery_acts.ACTS,
    organisation_acts.ACTS,
    plans_acts.ACTS,
    tasks_acts.ACTS,
    tasks_access.ACTS,
    letters_acts.ACTS,
    oversight_acts.ACTS,
    reminders_acts.ACTS,
)
RECORD_WORDS = (
    accounts_acts,
    audit_acts,
    delivery_acts,
    organisation_acts,
    plans_acts,
    tasks_acts,
    letters_acts,
    oversight_acts,
    reminders_acts,
)
"""Modules with the words for subjects and keys in the record of acts."""
MESSAGES: tuple[Mapping[str, Message], ...] = (
    accounts_notices.MESSAGES,
    delivery_notices.MESSAGES,
    organisation_notices.MESSAGES,
    tasks_notices.MESSAGES,
    letters_notices.MESSAGES,
    oversight_notices.MESSAGES,
    reminders_notices.MESSAGES,
    upkeep_notices.MESSAGES,
)
PAGES: Mapping[str, tuple[str, object]] = {**letters_access.PAGES, **oversight_access.PAGES, **jobs_access.PAGES}
"""Where to go back to after a refusal, by the name of the thing in the address."""
JOBS: tuple[JobKind, ...] = (*tasks_files.JOBS, *letters_files.JOBS, *letters_issuing.JOBS, *letters_piles.JOBS)
"""What may be asked of the worker."""
COMMANDS: tuple[Command, ...] = (
    cli.docs,
    accounts_cli,
    audit_cli,
    delivery_cli.deliver,
    demo_cli.demo,
    jobs_cli.worker,
    organisation_cli,
    plan_cli,
    letters_cli,
    reminders_cli.scheduler,
    reminders_cli.sweep_once,
    reminders_cli.jobs,
    upkeep_cli.doctor,
    upkeep_cli.backup,
)
REACTIONS: tuple[tuple[Signal, Callable[..., None]], ...] = (
    (task_went_on, oversight_reactions.task_went_on),
    (letter_went_on, oversight_reactions.letter_went_on),
)
"""What an upper feature does, in the same transaction, at the news of a lower one."""


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from its settings (from the environment, unless given)."""
    settings = settings or Settings.from_environment()
    app = Flask("tracker", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.update(settings.flask_config())
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    app.extensions["settings"] = settings
    logs.configure_logs(settings.log_level, settings.log_format)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    logs.init_request_logs(app)
    headers.init_headers(app)
    init_statics(app)
    babel.init_app(app, locale_selector=shell.language)
    init_languages(app)
    csrf.init_app(app)
    app.url_map.converters["int"] = RowNumber
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    app.extensions["table_of_routes"] = table_of_routes()
    _fill_registry()
    gate.init_identity(app)
    _guard(app)
    refusals.answer_errors(app, PAGES)
    shell.init_shell(app)
    return app


def _fill_registry() -> None:
    """Hang up what the features add to each other's pages; the same however often an application is built."""
    registry.clear()
    for signal, reaction in REACTIONS:
        signal.connect(reaction)
    registry.menu.extend(MENU)
    registry.bulk.extend((*tasks_access.BULK, *oversight_access.BULK))
    registry.add_panel("plan", intake_panel.plan_panel)
    registry.add_panel("task", oversight_views.panel)
    registry.add_panel("task", reminders_views.panel)
    registry.add_panel("task", delivery_views.panel)
    registry.add_panel("unit", desk_views.portrait.panel)
    registry.readers.update(readers.READERS)
    for acts in ACTS:
        registry.add_acts(acts)
    for words in RECORD_WORDS:
        registry.subjects.update(words.SUBJECTS)
        registry.keys.update(words.KEYS)
    registry.add_codes(delivery_acts.CODES, DELIVERY_LABELS)
    registry.add_codes(organisation_acts.CODES, ORGANISATION_LABELS)
    registry.add_codes(tasks_acts.CODES, TASK_LABELS)
    registry.add_codes(letters_acts.CODES, LETTER_LABELS)
    registry.add_codes(oversight_acts.CODES, OVERSIGHT_LABELS)
    registry.add_codes(reminders_acts.CODES, REMINDER_LABELS)
    for messages in MESSAGES:
        registry.add_messages(messages)
    for kind in JOBS:
        registry.add_job(kind)
    registry.slots.extend(watch.JOBS)
    registry.rungs = first_rungs
    registry.clock_doubted = clock_doubted


def table_of_routes() -> dict[str, Route]:
    """The one table of routes × roles, joined from all features."""
    table: dict[str, Route] = {"static": Route(public=True)}
    for part in TABLES:
        table.update(part)
    return table


def _guard(app: Flask) -> None:
    """Refuse every page that the table does not know, and send strangers to sign in."""
    table = table_of_routes()

    @app.before_request
    def _check() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None
        row = table.get(request.endpoint)
        if row is None:
            abort(403)
        if not row.public and "actor" not in g:
            wanted = way_back(request.method, request.full_path)
            return redirect(url_for("accounts.sign_in", next=wanted))
        return None
