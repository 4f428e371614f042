"""Reminders of a milestone are its own, not the task's: nobody is told again of what they were told before."""

import sqlalchemy as sa
from alembic import op

revision = '0035'
down_revision = '0034'


def upgrade() -> None:
    for task_id, milestone_id, cycle in _milestones():
        _rename(('task', task_id), ('milestone', milestone_id), cycle, task_id)


def downgrade() -> None:
    for task_id, milestone_id, cycle in _milestones():
        _rename(('milestone', milestone_id), ('task', task_id), cycle, task_id)


def _milestones() -> list[tuple[int, int, int]]:
    """Task, milestone and date (as the number of its day) of every step that is not due with its task.

    Of two steps of a task with one date the first was told of; what is about the second was new and goes with it.
    """
    rows = op.get_bind().execute(
        sa.text(
            f"SELECT milestone.task_id, min(milestone.id), {_day('milestone.due_on')} FROM milestone"
            " JOIN task ON task.id = milestone.task_id"
            " WHERE task.due_on IS NULL OR task.due_on <> milestone.due_on"
            " GROUP BY milestone.task_id, milestone.due_on ORDER BY 2"
        )
    )
    return [tuple(row) for row in rows]


def _rename(old: tuple[str, int], new: tuple[str, int], cycle: int, task_id: int) -> None:
    """Reminders, and the messages that tell them."""
    moved = op.get_bind().execute(
        sa.text(
            "UPDATE reminder SET subject_kind = :new_kind, subject_id = :new_id"
            " WHERE subject_kind = :old_kind AND subject_id = :old_id AND ladder = 'deadline' AND cycle = :cycle"
            # What the task itself was told of by this date, before its own moved, stays beside it.
            " AND NOT EXISTS (SELECT 1 FROM reminder AS other WHERE other.subject_kind = :new_kind"
            " AND other.subject_id = :new_id AND other.ladder = 'deadline' AND other.cycle = :cycle)"
        ),
        {'new_kind': new[0], 'new_id': new[1], 'old_kind': old[0], 'old_id': old[1], 'cycle': cycle},
    )
    if not moved.rowcount:
        return
    before, after = (f'reminder:{kind}:{number}:{cycle}:' for kind, number in (old, new))
    op.get_bind().execute(
        sa.text(
            "UPDATE inbox_item SET key = replace(key, :before, :after)"
            " WHERE subject_kind = 'task' AND subject_id = :task_id AND key LIKE :begins"
        ),
        {'before': before, 'after': after, 'task_id': task_id, 'begins': f'{before}%'},
    )


def _day(column: str) -> str:
    if op.get_bind().dialect.name == 'sqlite':
        return f"CAST(julianday({column}) - 2440587.5 AS INTEGER)"
    return f"({column} - DATE '1970-01-01')"
