"""Asking the units' views on drafts, and how many working days they have for it."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'


def _codes(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    with op.batch_alter_table('leadership_group') as batch_op:
        batch_op.add_column(sa.Column('consult_days', sa.Integer(), nullable=False, server_default='3'))
    with op.batch_alter_table('leadership_group') as batch_op:
        batch_op.alter_column('consult_days', server_default=None)
        batch_op.create_check_constraint(
            op.f('ck_leadership_group_consult_days'), 'consult_days BETWEEN 1 AND 30'
        )

    op.create_table('consultation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('reply_by', sa.Date(), nullable=False),
    sa.Column('state', _codes('consultationstate', 'open', 'withdrawn'), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_by_id IS NOT NULL AND withdrawn_at IS NOT NULL AND remark <> '')", name=op.f('ck_consultation_withdrawn')),
    sa.ForeignKeyConstraint(['group_id'], ['leadership_group.id'], name=op.f('fk_consultation_group_id_leadership_group')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['person.id'], name=op.f('fk_consultation_opened_by_id_person')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['person.id'], name=op.f('fk_consultation_withdrawn_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation'))
    )
    op.create_index('ix_consultation_group_state', 'consultation', ['group_id', 'state', 'reply_by'])

    op.create_table('consulted_unit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('drafted_by_id', sa.Integer(), nullable=True),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_by', sa.String(length=200), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(answered_by_id IS NULL) = (answered_at IS NULL)', name=op.f('ck_consulted_unit_answered')),
    sa.CheckConstraint('(drafted_by_id IS NULL) = (drafted_at IS NULL)', name=op.f('ck_consulted_unit_drafted')),
    sa.CheckConstraint("told_by = '' OR answered_at IS NOT NULL", name=op.f('ck_consulted_unit_told_by')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['person.id'], name=op.f('fk_consulted_unit_answered_by_id_person')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_consulted_unit_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['drafted_by_id'], ['person.id'], name=op.f('fk_consulted_unit_drafted_by_id_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_consulted_unit_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consulted_unit')),
    sa.UniqueConstraint('consultation_id', 'unit_id', name=op.f('uq_consulted_unit_consultation_id_unit_id'))
    )
    op.create_index(op.f('ix_consulted_unit_unit_id'), 'consulted_unit', ['unit_id'])

    op.create_table('consulted_task',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('consulted_unit_id', sa.Integer(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('leads', sa.Boolean(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('part_content', sa.Text(), nullable=False),
    sa.Column('standard', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('deadline_text', sa.String(length=60), nullable=False),
    sa.Column('continuous', sa.Boolean(), nullable=False),
    sa.Column('opinion', _codes('opinionkind', 'none', 'duty', 'time', 'standard', 'other'), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('handling', _codes('handling', 'adopted', 'not_adopted'), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('handled_by_id', sa.Integer(), nullable=True),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("opinion IS NULL OR (opinion = 'none') = (text = '')", name=op.f('ck_consulted_task_opinion_has_text')),
    sa.CheckConstraint("handling IS NULL OR (opinion IS NOT NULL AND opinion <> 'none')", name=op.f('ck_consulted_task_handled_opinion')),
    sa.CheckConstraint('(handling IS NULL) = (handled_by_id IS NULL) AND (handling IS NULL) = (handled_at IS NULL)', name=op.f('ck_consulted_task_handled_by')),
    sa.CheckConstraint("handling IS NULL OR handling = 'adopted' OR reason <> ''", name=op.f('ck_consulted_task_not_adopted_has_reason')),
    sa.ForeignKeyConstraint(['consulted_unit_id'], ['consulted_unit.id'], name=op.f('fk_consulted_task_consulted_unit_id_consulted_unit')),
    sa.ForeignKeyConstraint(['handled_by_id'], ['person.id'], name=op.f('fk_consulted_task_handled_by_id_person')),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('fk_consulted_task_task_id_task')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consulted_task')),
    sa.UniqueConstraint('consulted_unit_id', 'task_id', name=op.f('uq_consulted_task_consulted_unit_id_task_id'))
    )
    op.create_index(op.f('ix_consulted_task_task_id'), 'consulted_task', ['task_id'])


def downgrade() -> None:
    op.drop_table('consulted_task')
    op.drop_table('consulted_unit')
    op.drop_table('consultation')
    with op.batch_alter_table('leadership_group') as batch_op:
        batch_op.drop_constraint(op.f('ck_leadership_group_consult_days'), type_='check')
        batch_op.drop_column('consult_days')
