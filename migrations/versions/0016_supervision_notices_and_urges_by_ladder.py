"""Supervision notices and urges by ladder."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0031'


def upgrade() -> None:
    op.create_table('supervision_notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('task', 'part', 'letter', name='noticesubject', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=True),
    sa.Column('part_id', sa.Integer(), nullable=True),
    sa.Column('letter_id', sa.Integer(), nullable=True),
    sa.Column('cycle', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.Enum('ladder', 'office', 'supervisor', name='noticeorigin', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('rung', sa.Integer(), nullable=True),
    sa.Column('state', sa.Enum('draft', 'proposed', 'issued', 'received', 'replied', 'returned', 'closed', 'discarded', 'withdrawn', name='noticestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('urgency', sa.Enum('ordinary', 'urgent', 'most_urgent', name='urgency', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('matter', sa.String(length=200), nullable=False),
    sa.Column('basis', sa.String(length=300), nullable=False),
    sa.Column('demand', sa.Text(), nullable=False),
    sa.Column('reply_by', sa.Date(), nullable=True),
    sa.Column('contact', sa.String(length=60), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('drafted_by_id', sa.Integer(), nullable=True),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=True),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('document_number', sa.String(length=60), nullable=False),
    sa.Column('signed_by_id', sa.Integer(), nullable=True),
    sa.Column('signed_as', sa.String(length=200), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('paper_sha256', sa.String(length=64), nullable=True),
    sa.Column('received_by_id', sa.Integer(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('spoke_with', sa.String(length=200), nullable=False),
    sa.Column('replied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.String(length=1000), nullable=False),
    sa.Column('fell_away', sa.Enum('completed', 'cancelled', 'rescheduled', 'settled', name='fellaway', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(kind = 'letter') = (letter_id IS NOT NULL) AND (kind = 'letter') = (task_id IS NULL) AND (kind = 'part') = (part_id IS NOT NULL)", name=op.f('ck_supervision_notice_one_subject')),
    sa.CheckConstraint("(number IS NULL) = (year IS NULL) AND (number IS NULL) = (signed_at IS NULL) AND (number IS NULL) = (signed_by_id IS NULL) AND (number IS NULL) = (document_number = '')", name=op.f('ck_supervision_notice_number_is_signed')),
    sa.CheckConstraint("(origin = 'ladder') = (drafted_by_id IS NULL)", name=op.f('ck_supervision_notice_drafted_by')),
    sa.CheckConstraint("(origin = 'ladder') = (rung IS NOT NULL)", name=op.f('ck_supervision_notice_ladder_has_rung')),
    sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f('ck_supervision_notice_closed')),
    sa.CheckConstraint("(state IN ('draft', 'proposed', 'discarded')) = (number IS NULL)", name=op.f('ck_supervision_notice_out_has_number')),
    sa.CheckConstraint("fell_away IS NULL OR state = 'discarded'", name=op.f('ck_supervision_notice_fell_away')),
    sa.CheckConstraint("state <> 'proposed' OR proposed_at IS NOT NULL", name=op.f('ck_supervision_notice_proposed')),
    sa.CheckConstraint("state NOT IN ('discarded', 'withdrawn') OR remark <> '' OR fell_away IS NOT NULL", name=op.f('ck_supervision_notice_ended_has_reason')),
    sa.CheckConstraint("state NOT IN ('received', 'replied', 'returned', 'closed') OR received_at IS NOT NULL", name=op.f('ck_supervision_notice_received')),
    sa.CheckConstraint("state NOT IN ('replied', 'returned', 'closed') OR replied_at IS NOT NULL", name=op.f('ck_supervision_notice_replied')),
    sa.CheckConstraint('number IS NULL OR reply_by IS NOT NULL', name=op.f('ck_supervision_notice_out_has_limit')),
    sa.CheckConstraint('recorded_by_id IS NULL OR signed_at IS NOT NULL', name=op.f('ck_supervision_notice_recorded')),
    sa.ForeignKeyConstraint(['drafted_by_id'], ['person.id'], name=op.f('fk_supervision_notice_drafted_by_id_person')),
    sa.ForeignKeyConstraint(['group_id'], ['leadership_group.id'], name=op.f('fk_supervision_notice_group_id_leadership_group')),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_supervision_notice_letter_id_letter')),
    sa.ForeignKeyConstraint(['paper_sha256'], ['stored_file.sha256'], name=op.f('fk_supervision_notice_paper_sha256_stored_file')),
    sa.ForeignKeyConstraint(['part_id'], ['task_part.id'], name=op.f('fk_supervision_notice_part_id_task_part')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['person.id'], name=op.f('fk_supervision_notice_proposed_by_id_person')),
    sa.ForeignKeyConstraint(['received_by_id'], ['person.id'], name=op.f('fk_supervision_notice_received_by_id_person')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_supervision_notice_recorded_by_id_person')),
    sa.ForeignKeyConstraint(['signed_by_id'], ['person.id'], name=op.f('fk_supervision_notice_signed_by_id_person')),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('fk_supervision_notice_task_id_task')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_supervision_notice_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supervision_notice')),
    sa.UniqueConstraint('group_id', 'year', 'number', name=op.f('uq_supervision_notice_group_id_year_number'))
    )
    with op.batch_alter_table('supervision_notice', schema=None) as batch_op:
        batch_op.create_index('ix_supervision_notice_group_state', ['group_id', 'state', 'id'], unique=False)
        batch_op.create_index('ix_supervision_notice_letter', ['letter_id'], unique=False)
        batch_op.create_index('ix_supervision_notice_part', ['part_id'], unique=False)
        batch_op.create_index('ix_supervision_notice_task', ['task_id'], unique=False)
        batch_op.create_index('ix_supervision_notice_unit_state', ['unit_id', 'state', 'id'], unique=False)
        batch_op.create_index('uq_supervision_notice_open_letter', ['letter_id', 'cycle'], unique=True, sqlite_where=sa.text("kind = 'letter' AND state IN ('draft', 'proposed', 'issued', 'received', 'replied', 'returned')"), postgresql_where=sa.text("kind = 'letter' AND state IN ('draft', 'proposed', 'issued', 'received', 'replied', 'returned')"))
        batch_op.create_index('uq_supervision_notice_open_part', ['part_id', 'cycle'], unique=True, sqlite_where=sa.text("kind = 'part' AND state IN ('draft', 'proposed', 'issued', 'received', 'replied', 'returned')"), postgresql_where=sa.text("kind = 'part' AND state IN ('draft', 'proposed', 'issued', 'received', 'replied', 'returned')"))
        batch_op.create_index('uq_supervision_notice_open_task', ['task_id', 'cycle'], unique=True, sqlite_where=sa.text("kind = 'task' AND state IN ('draft', 'proposed', 'issued', 'received', 'replied', 'returned')"), postgresql_where=sa.text("kind = 'task' AND state IN ('draft', 'proposed', 'issued', 'received', 'replied', 'returned')"))
        batch_op.create_index('uq_supervision_notice_rung_part', ['part_id', 'cycle', 'rung'], unique=True, sqlite_where=sa.text("kind = 'part' AND rung IS NOT NULL"), postgresql_where=sa.text("kind = 'part' AND rung IS NOT NULL"))
        batch_op.create_index('uq_supervision_notice_rung_task', ['task_id', 'cycle', 'rung'], unique=True, sqlite_where=sa.text("kind = 'task' AND rung IS NOT NULL"), postgresql_where=sa.text("kind = 'task' AND rung IS NOT NULL"))

    with op.batch_alter_table('leadership_group', schema=None) as batch_op:
        batch_op.add_column(sa.Column('notice_prefix', sa.String(length=20), nullable=False, server_default='督'))
    with op.batch_alter_table('leadership_group', schema=None) as batch_op:
        batch_op.alter_column('notice_prefix', server_default=None)
        batch_op.create_check_constraint(op.f('ck_leadership_group_notice_prefix'), "notice_prefix <> ''")

    with op.batch_alter_table('urge', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rung', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('cycle', sa.Integer(), nullable=True))
        batch_op.create_check_constraint(op.f('ck_urge_by_ladder'), '(rung IS NULL) = (cycle IS NULL)')
        batch_op.create_check_constraint(op.f('ck_urge_ladder_is_nobody'), 'rung IS NULL OR by_id IS NULL')
        batch_op.create_index('uq_urge_rung', ['task_id', 'unit_id', 'cycle', 'rung'], unique=True, sqlite_where=sa.text('rung IS NOT NULL'), postgresql_where=sa.text('rung IS NOT NULL'))


def downgrade() -> None:
    with op.batch_alter_table('urge', schema=None) as batch_op:
        batch_op.drop_index('uq_urge_rung')
        batch_op.drop_constraint(op.f('ck_urge_ladder_is_nobody'), type_='check')
        batch_op.drop_constraint(op.f('ck_urge_by_ladder'), type_='check')
        batch_op.drop_column('cycle')
        batch_op.drop_column('rung')

    with op.batch_alter_table('leadership_group', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_leadership_group_notice_prefix'), type_='check')
        batch_op.drop_column('notice_prefix')

    op.drop_table('supervision_notice')
