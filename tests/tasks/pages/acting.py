"""Acts as browsers send them, for tests of pages."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tracker.kernel.db import db
from tracker.tasks.models import Task

ClientAs = Callable[[str], FlaskClient]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def task(task_id: int) -> Task:
    db.session.expire_all()
    return db.session.get_one(Task, task_id)


def post(client: FlaskClient, address: str, **form: Any) -> TestResponse:
    return client.post(address, data=form)


def act(client: FlaskClient, task_id: int, name: str, **form: Any) -> TestResponse:
    version = form.pop("version", None) or task(task_id).version
    return post(client, f"/tasks/{task_id}/{name}", version=version, **form)
