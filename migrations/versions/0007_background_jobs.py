"""Jobs that people ask for are done in the background."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0009'


def upgrade() -> None:
    op.create_table('background_job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('arguments', sa.JSON(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'running', 'finished', 'failed', 'cancelled', name='jobstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=True),
    sa.Column('holder', sa.String(length=100), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('cancel_asked', sa.Boolean(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.JSON(), nullable=False),
    sa.Column('folder', sa.String(length=40), nullable=False),
    sa.Column('result_name', sa.String(length=240), nullable=True),
    sa.Column('result_sha256', sa.String(length=64), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'running') = (token IS NOT NULL)", name=op.f('ck_background_job_claimed')),
    sa.CheckConstraint('(token IS NULL) = (lease_until IS NULL)', name=op.f('ck_background_job_lease')),
    sa.CheckConstraint("(state IN ('waiting', 'running')) = (ended_at IS NULL)", name=op.f('ck_background_job_ended')),
    sa.CheckConstraint('(result_name IS NULL) = (result_sha256 IS NULL)', name=op.f('ck_background_job_result')),
    sa.CheckConstraint("result_sha256 IS NULL OR state = 'finished'", name=op.f('ck_background_job_result_of_finished')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_background_job_asked_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_background_job'))
    )
    open_only = sa.text("state IN ('waiting', 'running')")
    op.create_index('ix_background_job_open', 'background_job', ['id'], sqlite_where=open_only, postgresql_where=open_only)
    op.create_index('ix_background_job_asked_by', 'background_job', ['asked_by_id', 'id'])
    op.create_index('ix_background_job_expires', 'background_job', ['expires_at'])


def downgrade() -> None:
    op.drop_table('background_job')
