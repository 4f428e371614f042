"""Control 3: the rows of a sweep in one INSERT … SELECT a table. What the database itself takes to write them.

Every open task of the group that is due on the day: its owner and its unit's liaison hear of it on the day itself, and
the two steps before it, of which nobody was told, stand on record. Like the other controls it is one small file, and
it is changed only with a decision record (docs/decisions/0008-bench-controls.md).
"""

import time
from datetime import UTC, date, datetime

import sqlalchemy as sa

REMINDERS = """
INSERT INTO reminder (group_id, subject_kind, subject_id, ladder, cycle, rung, repeat, policy_version, recipient_id,
    audience, instead_of, scheduled_for, state, held_run_id, created_at)
SELECT task.group_id, 'task', task.id, 'deadline', :cycle, steps.rung, 0, 0, hearers.person_id,
    hearers.audience, NULL, :day, steps.state, NULL, :now
FROM task
JOIN (SELECT task.id AS task_id, task.owner_id AS person_id, 'owner' AS audience FROM task
    WHERE task.group_id = :group AND task.state IN ('issued', 'active', 'returned') AND task.sort_on = :day
    UNION ALL
    SELECT task.id, member_contact.person_id, 'liaison' FROM task
    JOIN member_unit ON member_unit.unit_id = task.lead_unit_id AND member_unit.group_id = task.group_id
    JOIN member_contact ON member_contact.member_unit_id = member_unit.id AND member_contact.role = 'liaison'
    WHERE task.group_id = :group AND task.state IN ('issued', 'active', 'returned') AND task.sort_on = :day
) AS hearers ON hearers.task_id = task.id
CROSS JOIN (SELECT -7 AS rung, 'superseded' AS state UNION ALL SELECT -1, 'superseded' UNION ALL SELECT 0, 'active')
    AS steps
"""
MESSAGES = """
INSERT INTO inbox_item (recipient_id, kind, params, subject_kind, subject_id, group_id, key, channels, urgency,
    created_at)
SELECT reminder.recipient_id, 'reminder.near',
    {row}('title', task.title, 'unit', unit.name, 'due_on', CAST(task.sort_on AS VARCHAR), 'rung', 0),
    'task', task.id, task.group_id, 'reminder:task:' || CAST(task.id AS VARCHAR) || ':' || CAST(:cycle AS VARCHAR)
    || '\\:0', 'mail', 0, :now
FROM task JOIN unit ON unit.id = task.lead_unit_id
JOIN reminder ON reminder.subject_kind = 'task' AND reminder.subject_id = task.id AND reminder.ladder = 'deadline'
    AND reminder.cycle = :cycle AND reminder.state = 'active'
WHERE task.group_id = :group AND task.state IN ('issued', 'active', 'returned') AND task.sort_on = :day
"""
ROW = {"sqlite": "json_object", "postgresql": "json_build_object"}


def seconds_to_write(address: str, *, group_id: int, day: date, now: datetime) -> float:
    """Write the rows, and say how long it took until they were committed.

    The product prepares every connection of a process in which it is loaded, so both are as safe on disk.
    """
    engine = sa.create_engine(address.replace("postgresql://", "postgresql+psycopg://"))
    typed = (sa.bindparam("day", type_=sa.Date()), sa.bindparam("now", type_=sa.DateTime(timezone=True)))
    values = {"group": group_id, "day": day, "cycle": (day - date(1970, 1, 1)).days, "now": now.astimezone(UTC)}
    with engine.connect() as connection:
        began = time.perf_counter()
        for words in (REMINDERS, MESSAGES.replace("{row}", ROW[engine.dialect.name])):
            statement = sa.text(words)
            connection.execute(statement.bindparams(*(kept for kept in typed if f":{kept.key}" in words)), values)
        connection.commit()
        seconds = time.perf_counter() - began
    engine.dispose()
    return seconds
