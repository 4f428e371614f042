"""A restored installation sends nothing until somebody releases it."""

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'


def upgrade() -> None:
    op.create_table('hold',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_hold'))
    )


def downgrade() -> None:
    op.drop_table('hold')
