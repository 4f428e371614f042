"""What scheduler and worker do between them on a morning, once, in one process."""

from flask import Flask

from tracker.delivery.courier import Courier
from tracker.kernel import clock
from tracker.kernel.db import db
from tracker.kernel.processes import own_name
from tracker.reminders.leading import Leadership
from tracker.reminders.ticks import tick

ROUNDS = 4
"""Of sending; what a robot's pace leaves over is for the next pass."""


def one_pass(app: Flask) -> None:
    """Lead, tick, and send what may go out at once."""
    with app.app_context():
        leadership = Leadership(own_name())
        leadership.begin()
        term = leadership.current()
        if term is None:
            raise RuntimeError("nobody leads, and neither does this")
        tick(term, now=clock.now())
        courier = Courier(own_name(), clock.now)
        for _round in range(ROUNDS):
            if not courier.work():
                break
        leadership.lay_down()
        db.session.remove()
        db.engine.dispose()
