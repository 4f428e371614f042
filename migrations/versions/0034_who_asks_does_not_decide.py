"""Nobody decides or records what they themselves asked for: the database refuses it too."""

from alembic import op

revision = '0034'
down_revision = '0033'

NAME = 'asker_never_decides'
REQUEST = '(decided_by_id IS NULL OR decided_by_id <> asked_by_id) AND (recorded_by_id IS NULL OR recorded_by_id <> asked_by_id)'
CHECKS = {
    'adjustment': REQUEST,
    'extension': REQUEST,
    'delay_explanation': 'answered_by_id IS NULL OR answered_by_id <> given_by_id',
}


def upgrade() -> None:
    for table, check in CHECKS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_check_constraint(op.f(f'ck_{table}_{NAME}'), check)


def downgrade() -> None:
    for table in CHECKS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(op.f(f'ck_{table}_{NAME}'), type_='check')
