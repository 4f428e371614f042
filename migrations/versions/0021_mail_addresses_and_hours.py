"""People have mail addresses, and groups the hours at which messages may leave the house."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0015'


def upgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('email', sa.String(length=120), server_default='', nullable=False))
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.alter_column('email', existing_type=sa.String(length=120), server_default=None)
    with op.batch_alter_table('leadership_group', schema=None) as batch_op:
        batch_op.add_column(sa.Column('messages_from', sa.SmallInteger(), server_default='8', nullable=False))
        batch_op.add_column(sa.Column('messages_until', sa.SmallInteger(), server_default='20', nullable=False))
        batch_op.create_check_constraint(batch_op.f('ck_leadership_group_messages_from'), 'messages_from BETWEEN 6 AND 12')
        batch_op.create_check_constraint(batch_op.f('ck_leadership_group_messages_until'), 'messages_until BETWEEN 13 AND 22')


def downgrade() -> None:
    with op.batch_alter_table('leadership_group', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_leadership_group_messages_until'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_leadership_group_messages_from'), type_='check')
        batch_op.drop_column('messages_until')
        batch_op.drop_column('messages_from')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('email')
