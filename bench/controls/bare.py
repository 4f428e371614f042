"""Control 2: a bare Flask, Jinja and SQLAlchemy Core page of the same 50 rows. What the task itself costs."""

import os

import sqlalchemy as sa
from flask import Flask, request

app = Flask(__name__)
url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
engine = sa.create_engine(url)

ROWS = sa.text(
    "SELECT task.id, task.number, task.title, task.state, task.due_on, unit.name AS unit"
    " FROM task JOIN unit ON unit.id = task.lead_unit_id"
    " WHERE task.lead_unit_id = :unit AND task.state IN ('issued', 'active', 'returned') AND task.due_on <= :late"
    " ORDER BY task.sort_on, task.id LIMIT 50"
)
PAGE = """<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>任务</title></head><body><table>
{% for row in rows %}<tr><td>{{ row.number }}</td><td><a href="/tasks/{{ row.id }}">{{ row.title }}</a></td>
<td>{{ row.unit }}</td><td>{{ row.state }}</td><td>{{ row.due_on }}</td></tr>
{% endfor %}</table></body></html>"""
TEMPLATE = app.jinja_env.from_string(PAGE)  # once: a page that compiled itself on each request would flatter ours


@app.get("/")
def page() -> str:
    """The overdue tasks of one unit."""
    with engine.connect() as connection:
        rows = connection.execute(ROWS, {"unit": request.args["unit"], "late": request.args["late"]}).all()
        return TEMPLATE.render(rows=rows)
