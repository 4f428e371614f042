"""Who the person at the screen is: from the browser's session row to an Actor with today's seats, posts and duties."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

import sqlalchemy as sa
from flask import Flask, Request, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_login import LoginManager, UserMixin, current_user

from config import Settings
from tracker.accounts import queries, rules
from tracker.accounts.models import Account, SignInSession
from tracker.kernel import clock
from tracker.kernel.actor import Actor, ContactHeld, PostHeld, SeatHeld
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import NotVisible
from tracker.organisation.models import (
    Appointment,
    InstallationDuty,
    LeadershipGroup,
    MemberContact,
    MemberUnit,
    Person,
    Post,
    Seat,
    Unit,
    on_day,
)
from tracker.organisation.rules import LABELS, PostRank, SeatRole

SESSION_KEY = "sign_in"

WITHOUT_IDENTITY = frozenset({"static", "health.healthz"})
BEFORE_SETUP = frozenset({"accounts.setup", "accounts.appearance"})
BEFORE_FIRST_PASSWORD = frozenset({"accounts.password", "accounts.sign_out", "accounts.appearance"})

login_manager = LoginManager()


@dataclass(frozen=True, slots=True)
class _Posts:
    """What a person holds in units today, with the person's own name and duties."""

    name: str
    region_id: int
    duties: frozenset[str]
    held: tuple[PostHeld, ...]


def actor_of_person(person_id: int, *, day: date, account_id: int | None = None) -> Actor:
    """The person as somebody who acts, with what is theirs on a day: seats, posts, contacts and duties.

    Three queries, however large the installation. Raises NotVisible when there is no such person.
    """
    posts = _posts(person_id, day)
    units = {post.unit_id for post in posts.held}
    contacts, member_units = _memberships(person_id, units, day)
    return Actor(
        account_id=account_id,
        person_id=person_id,
        name=posts.name,
        region_id=posts.region_id,
        seats=_seats(person_id, posts.held, day),
        posts=posts.held,
        contacts=contacts,
        duties=posts.duties,
        member_units=member_units,
    )


def _posts(person_id: int, day: date) -> _Posts:
    rows = db.session.execute(
        sa.select(
            Person.name,
            Person.region_id,
            InstallationDuty.duty,
            Appointment.id,
            Appointment.presiding,
            Post.id,
            Post.unit_id,
            Post.rank,
            Post.title,
            Unit.name,
        )
        .select_from(Person)
        .outerjoin(
            InstallationDuty,
            sa.and_(InstallationDuty.person_id == Person.id, on_day(InstallationDuty, day)),
        )
        .outerjoin(Appointment, sa.and_(Appointment.person_id == Person.id, on_day(Appointment, day)))
        .outerjoin(Post, Post.id == Appointment.post_id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .where(Person.id == person_id)
        .order_by(Appointment.starts_on, Appointment.id)
    ).all()
    if not rows:
        raise NotVisible
    held: dict[int, PostHeld] = {}
    for _name, _region, _duty, appointment, presiding, post, unit, rank, title, unit_name in rows:
        if appointment is not None:
            rank = PostRank.HEAD if presiding else rank
            held[appointment] = PostHeld(post, unit, str(rank), f"{unit_name}{title}")
    duties = frozenset(str(row[2]) for row in rows if row[2] is not None)
    return _Posts(rows[0][0], rows[0][1], duties, tuple(held.values()))


def _seats(person_id: int, posts: tuple[PostHeld, ...], day: date) -> tuple[SeatHeld, ...]:
    """Seats by name, by post, and of a unit that sits as a member through its head."""
    units = {post.post_id: post.unit_id for post in posts}
    headed = {post.unit_id for post in posts if post.rank == PostRank.HEAD}
    rows = db.session.execute(
        sa.select(
            Seat.id,
            Seat.group_id,
            Seat.role,
            Seat.post_id,
            Seat.unit_id,
            LeadershipGroup.short_name,
            LeadershipGroup.name,
        )
        .join(LeadershipGroup, LeadershipGroup.id == Seat.group_id)
        .where(
            on_day(Seat, day),
            sa.or_(
                Seat.person_id == person_id,
                Seat.post_id.in_(units),
                Seat.unit_id.in_(headed),
            ),
        )
        .order_by(Seat.group_id, Seat.position, Seat.id)
    ).all()
    return tuple(
        SeatHeld(seat, group, str(role), units.get(post, unit), f"{short or name}{_seat_label(role)}")
        for seat, group, role, post, unit, short, name in rows
    )


@cache
def _seat_label(role: SeatRole) -> str:
    """In Chinese whatever the reader's language: it goes into the record of acts beside names of posts."""
    with force_locale("zh"):
        return str(LABELS[role])


def _memberships(
    person_id: int, units: set[int], day: date
) -> tuple[tuple[ContactHeld, ...], frozenset[tuple[int, int]]]:
    """Deputy in charge and liaison, and the member units that the person belongs to."""
    rows = db.session.execute(
        sa.select(MemberUnit.group_id, MemberUnit.unit_id, MemberContact.role)
        .outerjoin(
            MemberContact,
            sa.and_(
                MemberContact.member_unit_id == MemberUnit.id,
                MemberContact.person_id == person_id,
                on_day(MemberContact, day),
            ),
        )
        .where(
            on_day(MemberUnit, day), sa.or_(MemberUnit.unit_id.in_(units), MemberContact.id.is_not(None))
        )
        .order_by(MemberUnit.group_id, MemberUnit.unit_id)
    ).all()
    contacts = tuple(ContactHeld(group, unit, str(role)) for group, unit, role in rows if role is not None)
    return contacts, frozenset((group, unit) for group, unit, _role in rows)


@dataclass(frozen=True, slots=True)
class SignIn(UserMixin):  # type: ignore[misc]
    """The signed-in browser behind a request: its session row and what its account says about pages."""

    session_id: int
    account_id: int
    person_id: int
    login: str
    must_change: bool
    language: str
    theme: str
    large_text: bool
    created_at: datetime
    last_seen_at: datetime
    confirmed_at: datetime

    def get_id(self) -> str:
        """The account's number, as Flask-Login wants it."""
        return str(self.account_id)


def current_sign_in() -> SignIn:
    """The session behind this request; only pages that need a signed-in person ask."""
    if not isinstance(current_user._get_current_object(), SignIn):
        raise NotVisible
    found: SignIn = current_user._get_current_object()
    return found


@login_manager.request_loader  # type: ignore[untyped-decorator]
def _load(_request: Request) -> SignIn | None:
    """The living session that the browser's token names, if there is one: one query."""
    token = session.get(SESSION_KEY)
    if not isinstance(token, str):
        return None
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    row = db.session.execute(
        sa.select(
            SignInSession.id,
            Account.id,
            Account.person_id,
            Account.login,
            Account.must_change,
            Account.language,
            Account.theme,
            Account.large_text,
            SignInSession.created_at,
            SignInSession.last_seen_at,
            SignInSession.confirmed_at,
        )
        .join(Account, Account.id == SignInSession.account_id)
        .where(
            SignInSession.token_hash == rules.token_hash(token),
            queries.alive(now, idle=timedelta(minutes=settings.idle_minutes), absolute=timedelta(hours=settings.absolute_hours)),
            Account.active,
        )
    ).one_or_none()
    return SignIn(*row) if row is not None else None


def _touch(found: SignIn, now: datetime) -> SignIn:
    """Note that the browser is still there, at most once a minute, so that reading pages rarely writes."""
    if now - found.last_seen_at < rules.SEEN_EVERY:
        return found
    with write_transaction() as writing:
        writing.execute(
            sa.update(SignInSession).where(SignInSession.id == found.session_id).values(last_seen_at=now)
        )
    return replace(found, last_seen_at=now)


def _identify() -> ResponseReturnValue | None:
    """Say who asks, before anything else; send strangers of a new installation to its setup."""
    if request.endpoint in WITHOUT_IDENTITY:
        return None
    found = current_user._get_current_object()
    if not isinstance(found, SignIn):
        if request.endpoint not in BEFORE_SETUP and queries.setup_is_open():
            return redirect(url_for("accounts.setup"))
        return None
    now = clock.now()
    found = _touch(found, now)
    g.actor = actor_of_person(found.person_id, day=clock.local_date(now), account_id=found.account_id)
    g.language, g.theme, g.large_text = found.language, found.theme, found.large_text
    if found.must_change and request.endpoint not in BEFORE_FIRST_PASSWORD:
        return redirect(url_for("accounts.password"))
    return None


def init_identity(app: Flask) -> None:
    """Let every request of an application know who asks; to be called before the guard of the routes."""
    login_manager.session_protection = None
    login_manager.init_app(app, add_context_processor=False)
    app.before_request(_identify)
