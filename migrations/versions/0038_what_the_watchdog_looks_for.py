"""The watchdog also finds messages that no digest took in, and open work that a rung has passed over."""

import sqlalchemy as sa
from alembic import op

revision = '0038'
down_revision = '0037'
changes_rows = {'watchdog_finding'}

NEW = ('message_left_out', 'step_passed_over')
CODES = (
    'slot_missed', 'scheduler_silent', 'worker_silent', 'claim_expired', 'reminder_unheard', 'reminder_held',
    'delivery_stuck', 'delivery_uncertain', 'delivery_failed', 'deliveries_held', 'clock_apart',
)


def _allow(*codes: str) -> None:
    with op.batch_alter_table('watchdog_finding') as batch_op:
        batch_op.drop_constraint(op.f('ck_watchdog_finding_code'), type_='check')
        names = ', '.join(f"'{code}'" for code in codes)
        batch_op.create_check_constraint(op.f('ck_watchdog_finding_code'), f'code IN ({names})')


def upgrade() -> None:
    _allow(*CODES[:4], NEW[1], *CODES[4:6], NEW[0], *CODES[6:])


def downgrade() -> None:
    finding = sa.table('watchdog_finding', sa.column('code'))
    op.execute(sa.delete(finding).where(finding.c.code.in_(NEW)))
    _allow(*CODES)
