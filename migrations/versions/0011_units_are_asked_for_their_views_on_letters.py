"""Units are asked for their views on letters."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0008'


def upgrade() -> None:
    op.create_table('letter_consultation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('reply_by', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('open', 'withdrawn', name='consultationstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_by_id IS NOT NULL AND withdrawn_at IS NOT NULL AND remark <> '')", name=op.f('ck_letter_consultation_withdrawn')),
    sa.ForeignKeyConstraint(['batch_id'], ['letter_batch.id'], name=op.f('fk_letter_consultation_batch_id_letter_batch')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['person.id'], name=op.f('fk_letter_consultation_opened_by_id_person')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['person.id'], name=op.f('fk_letter_consultation_withdrawn_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_consultation'))
    )
    with op.batch_alter_table('letter_consultation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letter_consultation_batch_id'), ['batch_id'], unique=False)

    op.create_table('letter_asked',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('drafted_by_id', sa.Integer(), nullable=True),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_by', sa.String(length=200), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("told_by = '' OR answered_at IS NOT NULL", name=op.f('ck_letter_asked_told_by')),
    sa.CheckConstraint('(answered_by_id IS NULL) = (answered_at IS NULL)', name=op.f('ck_letter_asked_answered')),
    sa.CheckConstraint('(drafted_by_id IS NULL) = (drafted_at IS NULL)', name=op.f('ck_letter_asked_drafted')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['person.id'], name=op.f('fk_letter_asked_answered_by_id_person')),
    sa.ForeignKeyConstraint(['consultation_id'], ['letter_consultation.id'], name=op.f('fk_letter_asked_consultation_id_letter_consultation')),
    sa.ForeignKeyConstraint(['drafted_by_id'], ['person.id'], name=op.f('fk_letter_asked_drafted_by_id_person')),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letter_asked_letter_id_letter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_asked')),
    sa.UniqueConstraint('consultation_id', 'letter_id', name=op.f('uq_letter_asked_consultation_id_letter_id'))
    )
    with op.batch_alter_table('letter_asked', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letter_asked_letter_id'), ['letter_id'], unique=False)

    op.create_table('letter_opinion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('asked_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('opinion', sa.Enum('none', 'duty', 'time', 'standard', 'other', name='opinionkind', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('handling', sa.Enum('adopted', 'not_adopted', name='handling', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('handled_by_id', sa.Integer(), nullable=True),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("handling IS NULL OR (opinion IS NOT NULL AND opinion <> 'none')", name=op.f('ck_letter_opinion_handled_opinion')),
    sa.CheckConstraint("handling IS NULL OR handling = 'adopted' OR reason <> ''", name=op.f('ck_letter_opinion_not_adopted_has_reason')),
    sa.CheckConstraint("opinion IS NULL OR (opinion = 'none') = (said = '')", name=op.f('ck_letter_opinion_opinion_has_text')),
    sa.CheckConstraint('(handling IS NULL) = (handled_by_id IS NULL) AND (handling IS NULL) = (handled_at IS NULL)', name=op.f('ck_letter_opinion_handled_by')),
    sa.ForeignKeyConstraint(['asked_id'], ['letter_asked.id'], name=op.f('fk_letter_opinion_asked_id_letter_asked')),
    sa.ForeignKeyConstraint(['handled_by_id'], ['person.id'], name=op.f('fk_letter_opinion_handled_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_opinion')),
    sa.UniqueConstraint('asked_id', 'position', name=op.f('uq_letter_opinion_asked_id_position'))
    )


def downgrade() -> None:
    op.drop_table('letter_opinion')
    with op.batch_alter_table('letter_asked', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_letter_asked_letter_id'))

    op.drop_table('letter_asked')
    with op.batch_alter_table('letter_consultation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_letter_consultation_batch_id'))

    op.drop_table('letter_consultation')
