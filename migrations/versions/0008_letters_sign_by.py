"""Each letter has a date to sign by of its own: one that follows another begins with days of its own."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0006'


def upgrade() -> None:
    with op.batch_alter_table('letter') as batch_op:
        batch_op.add_column(sa.Column('sign_by', sa.Date(), nullable=True))
    op.execute(
        'UPDATE letter SET sign_by = (SELECT letter_batch.sign_by FROM letter_batch WHERE letter_batch.id = letter.batch_id)'
    )
    with op.batch_alter_table('letter') as batch_op:
        batch_op.alter_column('sign_by', existing_type=sa.Date(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('letter') as batch_op:
        batch_op.drop_column('sign_by')
