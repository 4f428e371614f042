"""Messages say by which channels they may go out, and how urgent they are."""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0013'


def upgrade() -> None:
    with op.batch_alter_table('inbox_item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('channels', sa.String(length=40), server_default='mail', nullable=False))
        batch_op.add_column(sa.Column('urgency', sa.SmallInteger(), server_default='0', nullable=False))
    # What was told before anything could leave the house stays inside: nobody gets old news by mail.
    op.execute("UPDATE inbox_item SET channels = ''")


def downgrade() -> None:
    with op.batch_alter_table('inbox_item', schema=None) as batch_op:
        batch_op.drop_column('urgency')
        batch_op.drop_column('channels')
