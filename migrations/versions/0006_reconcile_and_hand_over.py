"""Letters are reconciled at the year's end, and handed over to successors."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'

BEFORE = ('draft', 'issued', 'sent_back', 'half_signed', 'in_force', 'superseded', 'expired', 'withdrawn')


def upgrade() -> None:
    _let_states_be(BEFORE[:5] + ('fulfilled',) + BEFORE[5:], "'in_force', 'superseded', 'fulfilled'")
    op.create_table('letter_reconciliation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('drafted_by_id', sa.Integer(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by_id', sa.Integer(), nullable=True),
    sa.Column('confirmed_name', sa.String(length=60), nullable=False),
    sa.Column('confirmed_as', sa.String(length=200), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('method', sa.Enum('electronic', 'paper', name='signingmethod', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('scan_sha256', sa.String(length=64), nullable=True),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.Column('mark', sa.String(length=73), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(method IS NOT NULL AND method = 'paper') = (recorded_by_id IS NOT NULL)", name=op.f('ck_letter_reconciliation_recorded')),
    sa.CheckConstraint('(confirmed_at IS NULL) = (confirmed_by_id IS NULL)', name=op.f('ck_letter_reconciliation_confirmed')),
    sa.CheckConstraint('(confirmed_at IS NULL) = (mark IS NULL)', name=op.f('ck_letter_reconciliation_confirmed_under_mark')),
    sa.CheckConstraint('(confirmed_at IS NULL) = (method IS NULL)', name=op.f('ck_letter_reconciliation_confirmed_somehow')),
    sa.CheckConstraint('(recorded_by_id IS NULL) = (scan_sha256 IS NULL)', name=op.f('ck_letter_reconciliation_paper_has_scan')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['person.id'], name=op.f('fk_letter_reconciliation_confirmed_by_id_person')),
    sa.ForeignKeyConstraint(['drafted_by_id'], ['person.id'], name=op.f('fk_letter_reconciliation_drafted_by_id_person')),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letter_reconciliation_letter_id_letter')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_letter_reconciliation_recorded_by_id_person')),
    sa.ForeignKeyConstraint(['scan_sha256'], ['stored_file.sha256'], name=op.f('fk_letter_reconciliation_scan_sha256_stored_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_reconciliation')),
    sa.UniqueConstraint('letter_id', name=op.f('uq_letter_reconciliation_letter_id'))
    )
    op.create_table('letter_handover',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('signatory_id', sa.Integer(), nullable=False),
    sa.Column('predecessor_id', sa.Integer(), nullable=False),
    sa.Column('successor_id', sa.Integer(), nullable=False),
    sa.Column('predecessor_name', sa.String(length=60), nullable=False),
    sa.Column('successor_name', sa.String(length=60), nullable=False),
    sa.Column('took_up_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('open', 'signed', 'lapsed', name='handoverstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('sm3', sa.String(length=64), nullable=False),
    sa.Column('mark', sa.String(length=73), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('due_on >= took_up_on', name=op.f('ck_letter_handover_dates')),
    sa.CheckConstraint('predecessor_id <> successor_id', name=op.f('ck_letter_handover_two_persons')),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letter_handover_letter_id_letter')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['person.id'], name=op.f('fk_letter_handover_opened_by_id_person')),
    sa.ForeignKeyConstraint(['predecessor_id'], ['person.id'], name=op.f('fk_letter_handover_predecessor_id_person')),
    sa.ForeignKeyConstraint(['signatory_id'], ['letter_signatory.id'], name=op.f('fk_letter_handover_signatory_id_letter_signatory')),
    sa.ForeignKeyConstraint(['successor_id'], ['person.id'], name=op.f('fk_letter_handover_successor_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_handover'))
    )
    with op.batch_alter_table('letter_handover', schema=None) as batch_op:
        batch_op.create_index('ix_letter_handover_letter', ['letter_id'], unique=False)
        batch_op.create_index('uq_letter_handover_one_open', ['signatory_id'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('letter_handover_signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('handover_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Enum('predecessor', 'successor', name='handoverline', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('person_name', sa.String(length=60), nullable=False),
    sa.Column('method', sa.Enum('electronic', 'paper', name='signingmethod', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('nonce', sa.String(length=64), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('scan_sha256', sa.String(length=64), nullable=True),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.Column('mark', sa.String(length=73), nullable=False),
    sa.CheckConstraint("(method = 'paper') = (recorded_by_id IS NOT NULL)", name=op.f('ck_letter_handover_signature_recorded')),
    sa.CheckConstraint("(method = 'paper') = (scan_sha256 IS NOT NULL)", name=op.f('ck_letter_handover_signature_paper_has_scan')),
    sa.CheckConstraint("line = 'successor' OR method = 'paper'", name=op.f('ck_letter_handover_signature_predecessor_on_paper')),
    sa.ForeignKeyConstraint(['handover_id'], ['letter_handover.id'], name=op.f('fk_letter_handover_signature_handover_id_letter_handover')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_letter_handover_signature_person_id_person')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_letter_handover_signature_recorded_by_id_person')),
    sa.ForeignKeyConstraint(['scan_sha256'], ['stored_file.sha256'], name=op.f('fk_letter_handover_signature_scan_sha256_stored_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_handover_signature')),
    sa.UniqueConstraint('handover_id', 'line', name=op.f('uq_letter_handover_signature_handover_id_line')),
    sa.UniqueConstraint('nonce', name=op.f('uq_letter_handover_signature_nonce'))
    )
    op.create_table('letter_outcome',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reconciliation_id', sa.Integer(), nullable=False),
    sa.Column('clause_id', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Enum('met', 'partly', 'unmet', name='clauseoutcome', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('remark', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['clause_id'], ['letter_clause.id'], name=op.f('fk_letter_outcome_clause_id_letter_clause')),
    sa.ForeignKeyConstraint(['reconciliation_id'], ['letter_reconciliation.id'], name=op.f('fk_letter_outcome_reconciliation_id_letter_reconciliation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_outcome')),
    sa.UniqueConstraint('reconciliation_id', 'clause_id', name=op.f('uq_letter_outcome_reconciliation_id_clause_id'))
    )
    with op.batch_alter_table('letter_outcome', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letter_outcome_clause_id'), ['clause_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('letter_outcome', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_letter_outcome_clause_id'))

    op.drop_table('letter_outcome')
    op.drop_table('letter_handover_signature')
    with op.batch_alter_table('letter_handover', schema=None) as batch_op:
        batch_op.drop_index('uq_letter_handover_one_open', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index('ix_letter_handover_letter')

    op.drop_table('letter_handover')
    op.drop_table('letter_reconciliation')
    # Without the tables nothing of a reconciliation is left to be shown: the letter stands as before it.
    op.execute("UPDATE letter SET state = 'in_force' WHERE state = 'fulfilled'")
    _let_states_be(BEFORE, "'in_force', 'superseded'")


def _let_states_be(states: tuple[str, ...], once_in_force: str) -> None:
    listed = ', '.join(f"'{state}'" for state in states)
    with op.batch_alter_table('letter') as batch_op:
        batch_op.drop_constraint(op.f('ck_letter_letterstate'), type_='check')
        batch_op.drop_constraint(op.f('ck_letter_in_force_at'), type_='check')
        batch_op.create_check_constraint(op.f('ck_letter_letterstate'), f'state IN ({listed})')
        batch_op.create_check_constraint(
            op.f('ck_letter_in_force_at'), f'state NOT IN ({once_in_force}) OR in_force_at IS NOT NULL'
        )
