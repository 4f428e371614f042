"""Replies to supervision notices."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0032'


def upgrade() -> None:
    op.create_table('notice_reply',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('drafted_by_id', sa.Integer(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by_id', sa.Integer(), nullable=True),
    sa.Column('confirmed_as', sa.String(length=200), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted', sa.Boolean(), nullable=True),
    sa.Column('checked_by_id', sa.Integer(), nullable=True),
    sa.Column('checked_as', sa.String(length=200), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.String(length=1000), nullable=False),
    sa.CheckConstraint("accepted IS NULL OR accepted OR remark <> ''", name=op.f('ck_notice_reply_sent_back_has_reason')),
    sa.CheckConstraint('(accepted IS NULL) = (checked_at IS NULL) AND (accepted IS NULL) = (checked_by_id IS NULL)', name=op.f('ck_notice_reply_checked')),
    sa.CheckConstraint('(confirmed_at IS NULL) = (confirmed_by_id IS NULL)', name=op.f('ck_notice_reply_confirmed')),
    sa.CheckConstraint('accepted IS NULL OR confirmed_at IS NOT NULL', name=op.f('ck_notice_reply_checked_was_confirmed')),
    sa.ForeignKeyConstraint(['checked_by_id'], ['person.id'], name=op.f('fk_notice_reply_checked_by_id_person')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['person.id'], name=op.f('fk_notice_reply_confirmed_by_id_person')),
    sa.ForeignKeyConstraint(['drafted_by_id'], ['person.id'], name=op.f('fk_notice_reply_drafted_by_id_person')),
    sa.ForeignKeyConstraint(['notice_id'], ['supervision_notice.id'], name=op.f('fk_notice_reply_notice_id_supervision_notice')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_reply')),
    sa.UniqueConstraint('notice_id', 'ordinal', name=op.f('uq_notice_reply_notice_id_ordinal'))
    )
    with op.batch_alter_table('notice_reply', schema=None) as batch_op:
        batch_op.create_index('uq_notice_reply_unchecked', ['notice_id'], unique=True, sqlite_where=sa.text('accepted IS NULL'), postgresql_where=sa.text('accepted IS NULL'))

    op.create_table('notice_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reply_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['reply_id'], ['notice_reply.id'], name=op.f('fk_notice_file_reply_id_notice_reply')),
    sa.ForeignKeyConstraint(['sha256'], ['stored_file.sha256'], name=op.f('fk_notice_file_sha256_stored_file')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['person.id'], name=op.f('fk_notice_file_uploaded_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_file'))
    )
    with op.batch_alter_table('notice_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_file_reply_id'), ['reply_id'], unique=False)

    with op.batch_alter_table('supervision_notice', schema=None) as batch_op:
        batch_op.add_column(sa.Column('late_told_at', sa.DateTime(timezone=True), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('supervision_notice', schema=None) as batch_op:
        batch_op.drop_column('late_told_at')

    op.drop_table('notice_file')
    op.drop_table('notice_reply')
