"""Piles of scans are filed to letters."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0012'

FAULTS = ('no_code', 'blank', 'foreign', 'several', 'other_batch', 'old_text', 'not_signable', 'duplicate', 'taken_out')


def upgrade() -> None:
    op.create_table('letter_pile',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.Enum('reading', 'ready', name='pilestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('files', sa.JSON(), nullable=False),
    sa.Column('expected', sa.JSON(), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['letter_batch.id'], name=op.f('fk_letter_pile_batch_id_letter_batch')),
    sa.ForeignKeyConstraint(['job_id'], ['background_job.id'], name=op.f('fk_letter_pile_job_id_background_job')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['person.id'], name=op.f('fk_letter_pile_uploaded_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_pile'))
    )
    op.create_index('ix_letter_pile_batch', 'letter_pile', ['batch_id'])
    op.create_table('letter_pile_page',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pile_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=True),
    sa.Column('fault', sa.Enum(*FAULTS, name='pagefault', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('by_hand', sa.Boolean(), nullable=False),
    sa.Column('picture_sha256', sa.String(length=64), nullable=False),
    sa.CheckConstraint('fault IS NOT NULL OR letter_id IS NOT NULL', name=op.f('ck_letter_pile_page_filed_or_not')),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letter_pile_page_letter_id_letter')),
    sa.ForeignKeyConstraint(['pile_id'], ['letter_pile.id'], name=op.f('fk_letter_pile_page_pile_id_letter_pile')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_pile_page')),
    sa.UniqueConstraint('pile_id', 'position', name=op.f('uq_letter_pile_page_pile_id_position'))
    )
    op.create_index(op.f('ix_letter_pile_page_letter_id'), 'letter_pile_page', ['letter_id'])


def downgrade() -> None:
    op.drop_table('letter_pile_page')
    op.drop_table('letter_pile')
