"""Responsibility letters: batches, letters, clauses, texts, signatories, signatures, and the template of a group."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    op.create_table('letter_template',
    sa.Column('group_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('safeguards', sa.Text(), nullable=False),
    sa.Column('accountability', sa.Text(), nullable=False),
    sa.Column('closing', sa.Text(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['leadership_group.id'], name=op.f('fk_letter_template_group_id_leadership_group')),
    sa.PrimaryKeyConstraint('group_id', name=op.f('pk_letter_template'))
    )
    op.create_table('letter_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('period', sa.String(length=40), nullable=False),
    sa.Column('first_party', sa.String(length=120), nullable=False),
    sa.Column('number_prefix', sa.String(length=60), nullable=False),
    sa.Column('signing_order', sa.Enum('any', 'second_first', 'first_first', name='signingorder', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('sign_by', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('safeguards', sa.Text(), nullable=False),
    sa.Column('accountability', sa.Text(), nullable=False),
    sa.Column('closing', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'issued', 'discarded', name='batchstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_by_id', sa.Integer(), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'issued') = (issued_at IS NOT NULL)", name=op.f('ck_letter_batch_issued')),
    sa.CheckConstraint('ends_on IS NULL OR ends_on >= sign_by', name=op.f('ck_letter_batch_dates')),
    sa.ForeignKeyConstraint(['created_by_id'], ['person.id'], name=op.f('fk_letter_batch_created_by_id_person')),
    sa.ForeignKeyConstraint(['group_id'], ['leadership_group.id'], name=op.f('fk_letter_batch_group_id_leadership_group')),
    sa.ForeignKeyConstraint(['issued_by_id'], ['person.id'], name=op.f('fk_letter_batch_issued_by_id_person')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_letter_batch_plan_id_plan')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_batch'))
    )
    with op.batch_alter_table('letter_batch', schema=None) as batch_op:
        batch_op.create_index('ix_letter_batch_group_state', ['group_id', 'state'], unique=False)

    op.create_table('letter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('letter', 'supplement', 'replacement', name='letterkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('follows_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.String(length=80), nullable=True),
    sa.Column('state', sa.Enum('draft', 'issued', 'sent_back', 'half_signed', 'in_force', 'superseded', 'expired', 'withdrawn', name='letterstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('check_code', sa.String(length=40), nullable=False),
    sa.Column('remark', sa.String(length=1000), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('in_force_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('urged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('urges', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(kind = 'letter') = (follows_id IS NULL)", name=op.f('ck_letter_follows')),
    sa.CheckConstraint("state <> 'sent_back' OR remark <> ''", name=op.f('ck_letter_sent_back_has_reason')),
    sa.CheckConstraint("state = 'draft' OR state = 'withdrawn' OR edition > 0", name=op.f('ck_letter_issued_has_text')),
    sa.CheckConstraint("state NOT IN ('in_force', 'superseded') OR in_force_at IS NOT NULL", name=op.f('ck_letter_in_force_at')),
    sa.CheckConstraint('(edition > 0) = (number IS NOT NULL)', name=op.f('ck_letter_issued_has_number')),
    sa.CheckConstraint('edition > 0 OR issued_at IS NULL', name=op.f('ck_letter_issued_at')),
    sa.ForeignKeyConstraint(['batch_id'], ['letter_batch.id'], name=op.f('fk_letter_batch_id_letter_batch')),
    sa.ForeignKeyConstraint(['follows_id'], ['letter.id'], name=op.f('fk_letter_follows_id_letter')),
    sa.ForeignKeyConstraint(['group_id'], ['leadership_group.id'], name=op.f('fk_letter_group_id_leadership_group')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_letter_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter')),
    sa.UniqueConstraint('check_code', name=op.f('uq_letter_check_code')),
    sa.UniqueConstraint('group_id', 'number', name=op.f('uq_letter_group_id_number'))
    )
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.create_index('ix_letter_batch', ['batch_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_letter_follows_id'), ['follows_id'], unique=False)
        batch_op.create_index('ix_letter_group_state', ['group_id', 'state'], unique=False)
        batch_op.create_index('ix_letter_unit_state', ['unit_id', 'state'], unique=False)
        batch_op.create_index('uq_letter_one_following', ['follows_id'], unique=True, sqlite_where=sa.text("state IN ('draft', 'issued', 'sent_back', 'half_signed')"), postgresql_where=sa.text("state IN ('draft', 'issued', 'sent_back', 'half_signed')"))
        batch_op.create_index('uq_letter_one_per_unit', ['batch_id', 'unit_id'], unique=True, sqlite_where=sa.text("kind = 'letter' AND state <> 'withdrawn'"), postgresql_where=sa.text("kind = 'letter' AND state <> 'withdrawn'"))

    op.create_table('letter_signatory',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.Enum('first', 'second', name='side', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('seat_id', sa.Integer(), nullable=True),
    sa.Column('post_id', sa.Integer(), nullable=True),
    sa.Column('party', sa.String(length=120), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.CheckConstraint('(seat_id IS NULL) <> (post_id IS NULL)', name=op.f('ck_letter_signatory_one_holder')),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letter_signatory_letter_id_letter')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_letter_signatory_post_id_post')),
    sa.ForeignKeyConstraint(['seat_id'], ['seat.id'], name=op.f('fk_letter_signatory_seat_id_seat')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_signatory')),
    sa.UniqueConstraint('letter_id', 'side', 'position', name=op.f('uq_letter_signatory_letter_id_side_position'))
    )
    with op.batch_alter_table('letter_signatory', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letter_signatory_post_id'), ['post_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_letter_signatory_seat_id'), ['seat_id'], unique=False)

    op.create_table('letter_text',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('sm3', sa.String(length=64), nullable=False),
    sa.Column('mark', sa.String(length=73), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letter_text_letter_id_letter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_text')),
    sa.UniqueConstraint('letter_id', 'ordinal', name=op.f('uq_letter_text_letter_id_ordinal'))
    )
    op.create_table('letter_clause',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('target', 'task', 'free', name='clausekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=True),
    sa.Column('target_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.CheckConstraint("(kind = 'free') = (task_id IS NULL)", name=op.f('ck_letter_clause_free_has_no_task')),
    sa.CheckConstraint("(kind = 'target') = (target_id IS NOT NULL)", name=op.f('ck_letter_clause_target')),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letter_clause_letter_id_letter')),
    sa.ForeignKeyConstraint(['target_id'], ['target.id'], name=op.f('fk_letter_clause_target_id_target')),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('fk_letter_clause_task_id_task')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_clause')),
    sa.UniqueConstraint('letter_id', 'position', name=op.f('uq_letter_clause_letter_id_position'))
    )
    with op.batch_alter_table('letter_clause', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letter_clause_task_id'), ['task_id'], unique=False)

    op.create_table('letter_signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('text_id', sa.Integer(), nullable=False),
    sa.Column('signatory_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('person_name', sa.String(length=60), nullable=False),
    sa.Column('signed_as', sa.String(length=200), nullable=False),
    sa.Column('method', sa.Enum('electronic', 'paper', name='signingmethod', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('nonce', sa.String(length=64), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('drawing_sha256', sa.String(length=64), nullable=True),
    sa.Column('scan_sha256', sa.String(length=64), nullable=True),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.Column('mark', sa.String(length=73), nullable=False),
    sa.CheckConstraint("(method = 'paper') = (recorded_by_id IS NOT NULL)", name=op.f('ck_letter_signature_recorded')),
    sa.CheckConstraint("method <> 'paper' OR scan_sha256 IS NOT NULL", name=op.f('ck_letter_signature_paper_has_scan')),
    sa.ForeignKeyConstraint(['drawing_sha256'], ['stored_file.sha256'], name=op.f('fk_letter_signature_drawing_sha256_stored_file')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_letter_signature_person_id_person')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_letter_signature_recorded_by_id_person')),
    sa.ForeignKeyConstraint(['scan_sha256'], ['stored_file.sha256'], name=op.f('fk_letter_signature_scan_sha256_stored_file')),
    sa.ForeignKeyConstraint(['signatory_id'], ['letter_signatory.id'], name=op.f('fk_letter_signature_signatory_id_letter_signatory')),
    sa.ForeignKeyConstraint(['text_id'], ['letter_text.id'], name=op.f('fk_letter_signature_text_id_letter_text')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_signature')),
    sa.UniqueConstraint('nonce', name=op.f('uq_letter_signature_nonce')),
    sa.UniqueConstraint('text_id', 'signatory_id', name=op.f('uq_letter_signature_text_id_signatory_id'))
    )


def downgrade() -> None:
    op.drop_table('letter_signature')
    op.drop_table('letter_clause')
    op.drop_table('letter_text')
    op.drop_table('letter_signatory')
    op.drop_table('letter')
    op.drop_table('letter_batch')
    op.drop_table('letter_template')
