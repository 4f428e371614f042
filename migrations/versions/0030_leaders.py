"""One scheduler leads, for a term; a slot says in which term it ran, and how far it is."""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0020'


def upgrade() -> None:
    op.create_table('leader_lease',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('holder', sa.String(length=100), nullable=False),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_leader_lease'))
    )
    with op.batch_alter_table('job_run') as batch_op:
        batch_op.add_column(sa.Column('epoch', sa.BigInteger(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('holder', sa.String(length=100), server_default='', nullable=False))
        batch_op.add_column(sa.Column('cursor', sa.Integer(), server_default='0', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('job_run') as batch_op:
        batch_op.drop_column('cursor')
        batch_op.drop_column('holder')
        batch_op.drop_column('epoch')
    op.drop_table('leader_lease')
