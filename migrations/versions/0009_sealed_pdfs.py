"""The PDF of a letter in force is sealed once; which bytes, and by which certificate."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0011'


def upgrade() -> None:
    op.create_table('letter_seal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('pdf_sha256', sa.String(length=64), nullable=False),
    sa.Column('provider', sa.String(length=40), nullable=False),
    sa.Column('certificate_name', sa.String(length=200), nullable=False),
    sa.Column('certificate_sha256', sa.String(length=64), nullable=False),
    sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mark', sa.String(length=73), nullable=False),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letter_seal_letter_id_letter')),
    sa.ForeignKeyConstraint(['pdf_sha256'], ['stored_file.sha256'], name=op.f('fk_letter_seal_pdf_sha256_stored_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_seal')),
    sa.UniqueConstraint('letter_id', name=op.f('uq_letter_seal_letter_id'))
    )


def downgrade() -> None:
    op.drop_table('letter_seal')
