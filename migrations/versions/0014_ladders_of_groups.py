"""Groups have ladders of their own; reminders know their group, their version and as what somebody heard."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0017'
changes_rows = {'reminder'}

AUDIENCES = (
    'owner', 'signatory', 'liaison', 'deputy_in_charge', 'unit_head', 'office', 'office_director', 'supervisor',
    'leader_in_charge', 'deputy_leader', 'leader',
)
LADDERS = ('deadline', 'letter', 'office')


def _enum(*codes: str, name: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        'ladder_policy',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('group_id', sa.Integer(), nullable=False),
        sa.Column('ladder', _enum(*LADDERS, name='ladderkind'), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('restores_defaults', sa.Boolean(), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=True),
        sa.Column('made_as', sa.String(length=200), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('version > 0', name=op.f('ck_ladder_policy_version')),
        sa.ForeignKeyConstraint(['group_id'], ['leadership_group.id'], name=op.f('fk_ladder_policy_group_id_leadership_group')),
        sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_ladder_policy_made_by_id_person')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_ladder_policy')),
        sa.UniqueConstraint('group_id', 'ladder', 'version', name=op.f('uq_ladder_policy_group_id_ladder_version')),
    )
    op.create_table(
        'ladder_rung',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('policy_id', sa.Integer(), nullable=False),
        sa.Column('offset', sa.Integer(), nullable=False),
        sa.Column('audiences', sa.String(length=200), nullable=False),
        sa.Column('channels', sa.String(length=40), nullable=False),
        sa.Column('effect', _enum('none', 'urge', 'yellow', 'notice', 'red', name='effect'), nullable=False),
        sa.Column('repeat_every', sa.Integer(), nullable=False),
        sa.Column('repeat_times', sa.Integer(), nullable=False),
        sa.CheckConstraint("audiences <> ''", name=op.f('ck_ladder_rung_somebody_hears')),
        sa.CheckConstraint('repeat_every >= 0 AND (repeat_every = 0) = (repeat_times = 0)', name=op.f('ck_ladder_rung_repeats')),
        sa.CheckConstraint('effect = \'none\' OR "offset" > 0', name=op.f('ck_ladder_rung_effects_after_the_date')),
        sa.ForeignKeyConstraint(['policy_id'], ['ladder_policy.id'], name=op.f('fk_ladder_rung_policy_id_ladder_policy')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_ladder_rung')),
        sa.UniqueConstraint('policy_id', 'offset', name=op.f('uq_ladder_rung_policy_id_offset')),
    )
    _held()
    _reminders()


def _held() -> None:
    op.create_table(
        'held_run',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('group_id', sa.Integer(), nullable=True),
        sa.Column('cause', _enum('storm', 'urgent', 'clock_ahead', 'clock_behind', name='holdcause'), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('planned', sa.Integer(), nullable=False),
        sa.Column('urgent', sa.Integer(), nullable=False),
        sa.Column('usual', sa.Integer(), nullable=False),
        sa.Column('state', _enum('held', 'released', 'done', 'discarded', name='holdstate'), nullable=False),
        sa.Column('reason', sa.String(length=500), nullable=False),
        sa.Column('decided_by_id', sa.Integer(), nullable=True),
        sa.Column('decided_as', sa.String(length=200), nullable=False),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.CheckConstraint("(group_id IS NULL) = (cause IN ('clock_ahead', 'clock_behind'))", name=op.f('ck_held_run_group')),
        sa.CheckConstraint("(state = 'held') = (decided_at IS NULL)", name=op.f('ck_held_run_decided')),
        sa.CheckConstraint("state = 'held' OR reason <> ''", name=op.f('ck_held_run_reason_given')),
        sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_held_run_decided_by_id_person')),
        sa.ForeignKeyConstraint(['group_id'], ['leadership_group.id'], name=op.f('fk_held_run_group_id_leadership_group')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_held_run')),
    )
    with op.batch_alter_table('held_run', schema=None) as batch_op:
        batch_op.create_index('ix_held_run_state', ['state'], unique=False)
        batch_op.create_index('uq_held_run_clock', ['cause'], unique=True, sqlite_where=sa.text("group_id IS NULL AND state = 'held'"), postgresql_where=sa.text("group_id IS NULL AND state = 'held'"))
        batch_op.create_index('uq_held_run_group', ['group_id', 'at'], unique=True, sqlite_where=sa.text('group_id IS NOT NULL'), postgresql_where=sa.text('group_id IS NOT NULL'))
    op.create_table(
        'stumble',
        sa.Column('subject_kind', sa.String(length=20), nullable=False),
        sa.Column('subject_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('group_id', sa.Integer(), nullable=False),
        sa.Column('error', sa.String(length=300), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('until', sa.DateTime(timezone=True), nullable=False),
        sa.Column('times', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['group_id'], ['leadership_group.id'], name=op.f('fk_stumble_group_id_leadership_group')),
        sa.PrimaryKeyConstraint('subject_kind', 'subject_id', name=op.f('pk_stumble')),
    )
    op.create_table(
        'sweep_clock',
        sa.Column('name', sa.String(length=20), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_sweep_clock')),
    )


def _reminders() -> None:
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.add_column(sa.Column('group_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('policy_version', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('audience', _enum(*AUDIENCES, name='audience'), nullable=True))
        batch_op.add_column(sa.Column('instead_of', _enum(*AUDIENCES, name='instead_of'), nullable=True))
        batch_op.add_column(sa.Column('held_run_id', sa.Integer(), nullable=True))
    op.execute(
        "UPDATE reminder SET group_id = CASE subject_kind"
        " WHEN 'task' THEN (SELECT task.group_id FROM task WHERE task.id = reminder.subject_id)"
        " ELSE (SELECT task.group_id FROM task_part JOIN task ON task.id = task_part.task_id"
        " WHERE task_part.id = reminder.subject_id) END"
    )
    # From here on a cycle is the number of the day that the ladder follows. What an earlier date began keeps its small
    # number, which is the number of no date of ours.
    op.execute(
        f"UPDATE reminder SET cycle = (SELECT {_day('COALESCE(task.next_milestone_on, task.due_on)')} FROM task"
        " WHERE task.id = reminder.subject_id)"
        " WHERE subject_kind = 'task' AND EXISTS (SELECT 1 FROM task WHERE task.id = reminder.subject_id"
        " AND task.cycle = reminder.cycle AND COALESCE(task.next_milestone_on, task.due_on) IS NOT NULL)"
    )
    op.execute(
        f"UPDATE reminder SET cycle = (SELECT {_day('task_part.due_on')} FROM task_part"
        " WHERE task_part.id = reminder.subject_id)"
        " WHERE subject_kind = 'part' AND EXISTS (SELECT 1 FROM task_part WHERE task_part.id = reminder.subject_id"
        " AND task_part.due_on IS NOT NULL)"
    )
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.alter_column('group_id', existing_type=sa.Integer(), nullable=False)
        batch_op.drop_constraint(batch_op.f('ck_reminder_reminderstate'), type_='check')
        batch_op.create_check_constraint(
            batch_op.f('ck_reminder_reminderstate'), "state IN ('active', 'superseded', 'held', 'cancelled')"
        )
        batch_op.create_check_constraint(batch_op.f('ck_reminder_held_in_a_run'), "state <> 'held' OR held_run_id IS NOT NULL")
        batch_op.create_foreign_key(batch_op.f('fk_reminder_group_id_leadership_group'), 'leadership_group', ['group_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_reminder_held_run_id_held_run'), 'held_run', ['held_run_id'], ['id'])
        batch_op.create_index('ix_reminder_group_day', ['group_id', 'scheduled_for', 'state'], unique=False)
        batch_op.create_index('ix_reminder_held', ['held_run_id', 'id'], unique=False, sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'"))


def _day(column: str) -> str:
    if op.get_bind().dialect.name == 'sqlite':
        return f"CAST(julianday({column}) - 2440587.5 AS INTEGER)"
    return f"({column} - DATE '1970-01-01')"


def downgrade() -> None:
    # What is held or was cancelled was told to nobody, and the old product knows only what was.
    op.execute("DELETE FROM reminder WHERE state IN ('held', 'cancelled') OR subject_kind NOT IN ('task', 'part')")
    op.execute('DELETE FROM reminder WHERE repeat > 0')
    for state in ('task', 'part'):
        _back(state)
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.drop_index('ix_reminder_held')
        batch_op.drop_index('ix_reminder_group_day')
        batch_op.drop_constraint(batch_op.f('fk_reminder_held_run_id_held_run'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_reminder_group_id_leadership_group'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('ck_reminder_held_in_a_run'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_reminder_reminderstate'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_reminder_reminderstate'), "state IN ('active', 'superseded')")
        batch_op.drop_column('held_run_id')
        batch_op.drop_constraint(batch_op.f('ck_reminder_instead_of'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_reminder_audience'), type_='check')
        batch_op.drop_column('instead_of')
        batch_op.drop_column('audience')
        batch_op.drop_column('policy_version')
        batch_op.drop_column('group_id')
    op.drop_table('sweep_clock')
    op.drop_table('stumble')
    op.drop_table('held_run')
    op.drop_table('ladder_rung')
    op.drop_table('ladder_policy')


def _back(kind: str) -> None:
    """The date that counts now has its old small number again; other dates keep theirs, which no cycle reaches."""
    if kind == 'task':
        day, known = _day('COALESCE(task.next_milestone_on, task.due_on)'), 'task'
        number = '(SELECT task.cycle FROM task WHERE task.id = reminder.subject_id)'
    else:
        day, known, number = _day('task_part.due_on'), 'task_part', '1'
    op.execute(
        f"UPDATE reminder SET cycle = {number} WHERE subject_kind = '{kind}' AND EXISTS (SELECT 1 FROM {known}"
        f" WHERE {known}.id = reminder.subject_id AND {day} = reminder.cycle)"
    )
