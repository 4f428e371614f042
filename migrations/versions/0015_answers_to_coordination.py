"""The office answers what units put up for coordination; ladders find tasks by their milestones."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'


def upgrade() -> None:
    op.create_table(
        'coordination_answer',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('report_id', sa.Integer(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('answered_by_id', sa.Integer(), nullable=False),
        sa.Column('answered_as', sa.String(length=200), nullable=False),
        sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['answered_by_id'], ['person.id'], name=op.f('fk_coordination_answer_answered_by_id_person')),
        sa.ForeignKeyConstraint(['report_id'], ['progress_report.id'], name=op.f('fk_coordination_answer_report_id_progress_report')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_coordination_answer')),
        sa.UniqueConstraint('report_id', name=op.f('uq_coordination_answer_report_id')),
    )
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.create_index('ix_task_milestone', ['group_id', 'next_milestone_on'], unique=False, sqlite_where=sa.text('next_milestone_on IS NOT NULL'), postgresql_where=sa.text('next_milestone_on IS NOT NULL'))


def downgrade() -> None:
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.drop_index('ix_task_milestone')
    op.drop_table('coordination_answer')
