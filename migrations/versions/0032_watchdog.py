"""The watchdog keeps what it found."""

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0018'

CODES = (
    'slot_missed', 'scheduler_silent', 'worker_silent', 'claim_expired', 'reminder_unheard', 'reminder_held',
    'delivery_stuck', 'delivery_uncertain', 'delivery_failed', 'deliveries_held', 'clock_apart',
)


def upgrade() -> None:
    op.create_table('watchdog_finding',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.Enum(*CODES, name='code', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('detail', sa.String(length=80), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('count > 0', name=op.f('ck_watchdog_finding_count')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watchdog_finding'))
    )
    open_only = sa.text('cleared_at IS NULL')
    op.create_index('uq_watchdog_finding_open', 'watchdog_finding', ['code', 'detail'], unique=True, sqlite_where=open_only, postgresql_where=open_only)


def downgrade() -> None:
    op.drop_table('watchdog_finding')
