"""Seats that change by proposal, and the notices that carry the changes out."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'

OPEN = sa.text("state IN ('proposed', 'approved')")


def upgrade() -> None:
    with op.batch_alter_table('leadership_group') as batch_op:
        batch_op.add_column(sa.Column('proposals_from', sa.Date(), nullable=True))

    op.create_table('seat_notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('document_number', sa.String(length=100), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('issued_by_id', sa.Integer(), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['leadership_group.id'], name=op.f('fk_seat_notice_group_id_leadership_group')),
    sa.ForeignKeyConstraint(['issued_by_id'], ['person.id'], name=op.f('fk_seat_notice_issued_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seat_notice')),
    sa.UniqueConstraint('group_id', 'document_number', name=op.f('uq_seat_notice_group_id_document_number'))
    )

    op.create_table('seat_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('seat_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('outgoing', sa.String(length=200), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('state', sa.Enum('proposed', 'approved', 'issued', 'refused', 'withdrawn', name='seatchangestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=True),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decision_recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.String(length=500), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(proposed_by_id IS NULL) <> (recorded_by_id IS NULL)', name=op.f('ck_seat_change_proposed')),
    sa.CheckConstraint("state NOT IN ('approved', 'refused', 'issued') OR (decided_by_id IS NOT NULL AND decided_at IS NOT NULL)", name=op.f('ck_seat_change_decided')),
    sa.CheckConstraint("state NOT IN ('refused', 'withdrawn') OR remark <> ''", name=op.f('ck_seat_change_reason_given')),
    sa.CheckConstraint("(state = 'issued') = (notice_id IS NOT NULL)", name=op.f('ck_seat_change_issued')),
    *(
        sa.ForeignKeyConstraint([column], [f'{table}.id'], name=op.f(f'fk_seat_change_{column}_{table}'))
        for column, table in (
            ('group_id', 'leadership_group'),
            ('seat_id', 'seat'),
            ('unit_id', 'unit'),
            ('person_id', 'person'),
            ('post_id', 'post'),
            ('proposed_by_id', 'person'),
            ('recorded_by_id', 'person'),
            ('decided_by_id', 'person'),
            ('decision_recorded_by_id', 'person'),
            ('notice_id', 'seat_notice'),
        )
    ),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seat_change'))
    )
    op.create_index('ix_seat_change_group_state', 'seat_change', ['group_id', 'state'])
    op.create_index(op.f('ix_seat_change_seat_id'), 'seat_change', ['seat_id'])
    op.create_index(op.f('ix_seat_change_notice_id'), 'seat_change', ['notice_id'])
    op.create_index('uq_seat_change_open', 'seat_change', ['seat_id'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_table('seat_change')
    op.drop_table('seat_notice')
    with op.batch_alter_table('leadership_group') as batch_op:
        batch_op.drop_column('proposals_from')
