"""Parts keep the date that was planned first, so that the next period of what recurs does not drift with a rest."""

import sqlalchemy as sa
from alembic import op

revision = '0037'
down_revision = '0036'


def upgrade() -> None:
    with op.batch_alter_table('task_part') as batch_op:
        batch_op.add_column(sa.Column('first_due_on', sa.Date(), nullable=True))
    op.execute('UPDATE task_part SET first_due_on = due_on')


def downgrade() -> None:
    with op.batch_alter_table('task_part') as batch_op:
        batch_op.drop_column('first_due_on')
