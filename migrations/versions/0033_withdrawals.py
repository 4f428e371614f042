"""Letters in force can be taken back by the first party."""

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0022'


def upgrade() -> None:
    op.create_table('letter_withdrawal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('person_name', sa.String(length=60), nullable=False),
    sa.Column('withdrawn_as', sa.String(length=200), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('method', sa.Enum('electronic', 'paper', name='signingmethod', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('scan_sha256', sa.String(length=64), nullable=True),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.Column('mark', sa.String(length=73), nullable=False),
    sa.CheckConstraint("(method = 'paper') = (recorded_by_id IS NOT NULL)", name=op.f('ck_letter_withdrawal_recorded')),
    sa.CheckConstraint('(recorded_by_id IS NULL) = (scan_sha256 IS NULL)', name=op.f('ck_letter_withdrawal_paper_has_scan')),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letter_withdrawal_letter_id_letter')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_letter_withdrawal_person_id_person')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_letter_withdrawal_recorded_by_id_person')),
    sa.ForeignKeyConstraint(['scan_sha256'], ['stored_file.sha256'], name=op.f('fk_letter_withdrawal_scan_sha256_stored_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_withdrawal')),
    sa.UniqueConstraint('letter_id', name=op.f('uq_letter_withdrawal_letter_id'))
    )


def downgrade() -> None:
    op.drop_table('letter_withdrawal')
