"""Flags and what follows from them."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0016'


def upgrade() -> None:
    op.create_table('accountability_setting',
    sa.Column('group_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('statement_days', sa.Integer(), nullable=False),
    sa.Column('review_days', sa.Integer(), nullable=False),
    sa.Column('decide_within_days', sa.Integer(), nullable=False),
    sa.Column('uses_cards', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('decide_within_days BETWEEN 1 AND 60', name=op.f('ck_accountability_setting_decide_within_days')),
    sa.CheckConstraint('review_days BETWEEN 1 AND 180', name=op.f('ck_accountability_setting_review_days')),
    sa.CheckConstraint('statement_days BETWEEN 1 AND 30', name=op.f('ck_accountability_setting_statement_days')),
    sa.ForeignKeyConstraint(['group_id'], ['leadership_group.id'], name=op.f('fk_accountability_setting_group_id_leadership_group')),
    sa.PrimaryKeyConstraint('group_id', name=op.f('pk_accountability_setting'))
    )
    op.create_table('flag_rule_setting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('rule', sa.Enum('overdue_yellow', 'overdue_red', 'returned', 'extended', 'rectification', 'two_yellows', name='flagrule', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('threshold', sa.Integer(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_flag_rule_setting_by_id_person')),
    sa.ForeignKeyConstraint(['group_id'], ['leadership_group.id'], name=op.f('fk_flag_rule_setting_group_id_leadership_group')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag_rule_setting')),
    sa.UniqueConstraint('group_id', 'rule', name=op.f('uq_flag_rule_setting_group_id_rule'))
    )
    op.create_table('flag',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('rule', sa.Enum('overdue_yellow', 'overdue_red', 'returned', 'extended', 'rectification', 'two_yellows', name='flagrule', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('colour', sa.Enum('yellow', 'red', name='flagcolour', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('subject_kind', sa.Enum('task', 'part', name='flagsubject', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('part_id', sa.Integer(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('rung', sa.Integer(), nullable=True),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('raised', 'awaiting', 'decided', 'closed', 'withdrawn', name='flagstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('notified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('statement_by', sa.Date(), nullable=True),
    sa.Column('period_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.Text(), nullable=False),
    sa.Column('chased_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f('ck_flag_closed')),
    sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_by_id IS NOT NULL AND withdrawn_at IS NOT NULL AND withdrawn_reason <> '')", name=op.f('ck_flag_withdrawn')),
    sa.CheckConstraint("(state IN ('decided','closed')) = (decided_at IS NOT NULL)", name=op.f('ck_flag_decided')),
    sa.CheckConstraint("(subject_kind = 'task' AND subject_id = task_id AND part_id IS NULL) OR (subject_kind = 'part' AND subject_id = part_id AND part_id IS NOT NULL)", name=op.f('ck_flag_subject')),
    sa.CheckConstraint("state = 'withdrawn' OR (state = 'raised') = (notified_at IS NULL)", name=op.f('ck_flag_told')),
    sa.CheckConstraint('(notified_at IS NULL) = (statement_by IS NULL)', name=op.f('ck_flag_told_with_period')),
    sa.CheckConstraint('period_used_at IS NULL OR notified_at IS NOT NULL', name=op.f('ck_flag_used_after_told')),
    sa.ForeignKeyConstraint(['group_id'], ['leadership_group.id'], name=op.f('fk_flag_group_id_leadership_group')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_flag_owner_id_person')),
    sa.ForeignKeyConstraint(['part_id'], ['task_part.id'], name=op.f('fk_flag_part_id_task_part')),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('fk_flag_task_id_task')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_flag_unit_id_unit')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['person.id'], name=op.f('fk_flag_withdrawn_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag')),
    sa.UniqueConstraint('subject_kind', 'subject_id', 'due_on', 'rule', name=op.f('uq_flag_subject_kind_subject_id_due_on_rule'))
    )
    with op.batch_alter_table('flag', schema=None) as batch_op:
        batch_op.create_index('ix_flag_group_state', ['group_id', 'state', 'raised_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_flag_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_flag_part_id'), ['part_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_flag_task_id'), ['task_id'], unique=False)
        batch_op.create_index('ix_flag_unit_state', ['unit_id', 'state', 'raised_at'], unique=False)

    op.create_table('flag_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('flag_id', sa.Integer(), nullable=False),
    sa.Column('move', sa.Enum('raise', 'notify', 'state', 'propose', 'turn_down', 'decide', 'ask_review', 'review', 'close', 'withdraw', name='flagmove', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('old_state', sa.Enum('raised', 'awaiting', 'decided', 'closed', 'withdrawn', name='old_state', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('new_state', sa.Enum('raised', 'awaiting', 'decided', 'closed', 'withdrawn', name='new_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('by_as', sa.String(length=200), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(move = 'raise' AND old_state IS NULL AND new_state = 'raised') OR (move = 'notify' AND old_state = 'raised' AND new_state = 'awaiting') OR (move = 'state' AND old_state = 'awaiting' AND new_state = 'awaiting') OR (move = 'propose' AND old_state = 'awaiting' AND new_state = 'awaiting') OR (move = 'turn_down' AND old_state = 'awaiting' AND new_state = 'awaiting') OR (move = 'decide' AND old_state = 'awaiting' AND new_state = 'decided') OR (move = 'ask_review' AND old_state = 'decided' AND new_state = 'decided') OR (move = 'review' AND old_state = 'decided' AND new_state = 'decided') OR (move = 'close' AND old_state = 'decided' AND new_state = 'closed') OR (move = 'withdraw' AND old_state = 'awaiting' AND new_state = 'withdrawn') OR (move = 'withdraw' AND old_state = 'raised' AND new_state = 'withdrawn')", name=op.f('ck_flag_event_moves')),
    sa.CheckConstraint("by_id IS NOT NULL OR move IN ('notify', 'raise')", name=op.f('ck_flag_event_people_decide')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_flag_event_by_id_person')),
    sa.ForeignKeyConstraint(['flag_id'], ['flag.id'], name=op.f('fk_flag_event_flag_id_flag')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag_event'))
    )
    with op.batch_alter_table('flag_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_flag_event_flag_id'), ['flag_id'], unique=False)

    op.create_table('flag_proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('flag_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('no_action', 'urge', 'interview', 'circular', 'referral', name='decisionkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('card', sa.Enum('none', 'yellow_card', 'red_card', name='card', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('proposed_as', sa.String(length=200), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('pending', 'decided', 'turned_down', name='proposalstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.CheckConstraint("(state = 'pending') = (answered_by_id IS NULL)", name=op.f('ck_flag_proposal_answered')),
    sa.CheckConstraint("card = 'none' OR kind IN ('interview','circular')", name=op.f('ck_flag_proposal_carded')),
    sa.CheckConstraint("kind IN ('interview','circular','referral')", name=op.f('ck_flag_proposal_kind')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_flag_proposal_reason')),
    sa.CheckConstraint('answered_by_id IS NULL OR answered_by_id <> proposed_by_id', name=op.f('ck_flag_proposal_not_by_the_proposer')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['person.id'], name=op.f('fk_flag_proposal_answered_by_id_person')),
    sa.ForeignKeyConstraint(['flag_id'], ['flag.id'], name=op.f('fk_flag_proposal_flag_id_flag')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['person.id'], name=op.f('fk_flag_proposal_proposed_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag_proposal'))
    )
    with op.batch_alter_table('flag_proposal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_flag_proposal_flag_id'), ['flag_id'], unique=False)
        batch_op.create_index('uq_flag_proposal_one_pending', ['flag_id'], unique=True, sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))

    op.create_table('statement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('flag_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('ends_period', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'given', name='statementstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('drafted_by_id', sa.Integer(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('given_by_id', sa.Integer(), nullable=True),
    sa.Column('given_as', sa.String(length=200), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'given') = (given_by_id IS NOT NULL AND given_at IS NOT NULL)", name=op.f('ck_statement_given')),
    sa.CheckConstraint("text <> ''", name=op.f('ck_statement_says_something')),
    sa.ForeignKeyConstraint(['drafted_by_id'], ['person.id'], name=op.f('fk_statement_drafted_by_id_person')),
    sa.ForeignKeyConstraint(['flag_id'], ['flag.id'], name=op.f('fk_statement_flag_id_flag')),
    sa.ForeignKeyConstraint(['given_by_id'], ['person.id'], name=op.f('fk_statement_given_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statement'))
    )
    with op.batch_alter_table('statement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_statement_flag_id'), ['flag_id'], unique=False)
        batch_op.create_index('uq_statement_one_draft', ['flag_id'], unique=True, sqlite_where=sa.text("state = 'draft'"), postgresql_where=sa.text("state = 'draft'"))

    op.create_table('flag_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('flag_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('no_action', 'urge', 'interview', 'circular', 'referral', name='decisionkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('card', sa.Enum('none', 'yellow_card', 'red_card', name='card', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('paper_number', sa.String(length=60), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=True),
    sa.Column('proposed_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=False),
    sa.Column('decided_as', sa.String(length=200), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('statement_by', sa.Date(), nullable=False),
    sa.Column('period_used', sa.Boolean(), nullable=False),
    sa.Column('review_until', sa.Date(), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('scan', sa.String(length=64), nullable=True),
    sa.CheckConstraint("card = 'none' OR kind IN ('interview','circular')", name=op.f('ck_flag_decision_carded')),
    sa.CheckConstraint("kind NOT IN ('interview','circular') OR proposal_id IS NOT NULL", name=op.f('ck_flag_decision_was_proposed')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_flag_decision_reason')),
    sa.CheckConstraint('(proposal_id IS NULL) = (proposed_by_id IS NULL)', name=op.f('ck_flag_decision_proposal')),
    sa.CheckConstraint('decided_at >= told_at', name=op.f('ck_flag_decision_after_being_told')),
    sa.CheckConstraint('period_used OR decided_on > statement_by', name=op.f('ck_flag_decision_after_the_period')),
    sa.CheckConstraint('proposed_by_id IS NULL OR proposed_by_id <> decided_by_id', name=op.f('ck_flag_decision_not_by_the_proposer')),
    sa.CheckConstraint('recorded_by_id IS NULL OR recorded_by_id <> decided_by_id', name=op.f('ck_flag_decision_recorded_by_another')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_flag_decision_decided_by_id_person')),
    sa.ForeignKeyConstraint(['flag_id'], ['flag.id'], name=op.f('fk_flag_decision_flag_id_flag')),
    sa.ForeignKeyConstraint(['proposal_id'], ['flag_proposal.id'], name=op.f('fk_flag_decision_proposal_id_flag_proposal')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['person.id'], name=op.f('fk_flag_decision_proposed_by_id_person')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_flag_decision_recorded_by_id_person')),
    sa.ForeignKeyConstraint(['scan'], ['stored_file.sha256'], name=op.f('fk_flag_decision_scan_stored_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag_decision')),
    sa.UniqueConstraint('flag_id', name=op.f('uq_flag_decision_flag_id')),
    sa.UniqueConstraint('proposal_id', name=op.f('uq_flag_decision_proposal_id'))
    )
    op.create_table('statement_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('statement_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['sha256'], ['stored_file.sha256'], name=op.f('fk_statement_file_sha256_stored_file')),
    sa.ForeignKeyConstraint(['statement_id'], ['statement.id'], name=op.f('fk_statement_file_statement_id_statement')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['person.id'], name=op.f('fk_statement_file_uploaded_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statement_file'))
    )
    with op.batch_alter_table('statement_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_statement_file_statement_id'), ['statement_id'], unique=False)

    op.create_table('flag_review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('flag_id', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('grounds', sa.Text(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_as', sa.String(length=200), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_decided_by_id', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Enum('upheld', 'changed', 'lifted', name='reviewoutcome', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('new_kind', sa.Enum('no_action', 'urge', 'interview', 'circular', 'referral', name='new_kind', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('new_card', sa.Enum('none', 'yellow_card', 'red_card', name='card', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('paper_number', sa.String(length=60), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_as', sa.String(length=200), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('no_other_leader', sa.Boolean(), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('scan', sa.String(length=64), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(new_kind IS NULL) = (outcome IS NULL OR outcome <> 'changed')", name=op.f('ck_flag_review_changed_to')),
    sa.CheckConstraint("grounds <> ''", name=op.f('ck_flag_review_grounds')),
    sa.CheckConstraint("new_card = 'none' OR (new_kind IS NOT NULL AND new_kind IN ('interview','circular'))", name=op.f('ck_flag_review_carded')),
    sa.CheckConstraint("outcome IS NULL OR remark <> ''", name=op.f('ck_flag_review_remark')),
    sa.CheckConstraint('(outcome IS NULL) = (decided_by_id IS NULL) AND (outcome IS NULL) = (decided_at IS NULL)', name=op.f('ck_flag_review_decided')),
    sa.CheckConstraint('decided_by_id IS NULL OR decided_by_id <> asked_by_id', name=op.f('ck_flag_review_not_by_who_asked')),
    sa.CheckConstraint('decided_by_id IS NULL OR decided_by_id <> first_decided_by_id OR no_other_leader', name=op.f('ck_flag_review_by_another')),
    sa.CheckConstraint('recorded_by_id IS NULL OR recorded_by_id <> decided_by_id', name=op.f('ck_flag_review_recorded_by_another')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_flag_review_asked_by_id_person')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_flag_review_decided_by_id_person')),
    sa.ForeignKeyConstraint(['decision_id'], ['flag_decision.id'], name=op.f('fk_flag_review_decision_id_flag_decision')),
    sa.ForeignKeyConstraint(['flag_id'], ['flag.id'], name=op.f('fk_flag_review_flag_id_flag')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_flag_review_recorded_by_id_person')),
    sa.ForeignKeyConstraint(['scan'], ['stored_file.sha256'], name=op.f('fk_flag_review_scan_stored_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag_review')),
    sa.UniqueConstraint('decision_id', name=op.f('uq_flag_review_decision_id'))
    )
    with op.batch_alter_table('flag_review', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_flag_review_flag_id'), ['flag_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('flag_review', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_flag_review_flag_id'))

    op.drop_table('flag_review')
    with op.batch_alter_table('statement_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_statement_file_statement_id'))

    op.drop_table('statement_file')
    op.drop_table('flag_decision')
    with op.batch_alter_table('statement', schema=None) as batch_op:
        batch_op.drop_index('uq_statement_one_draft', sqlite_where=sa.text("state = 'draft'"), postgresql_where=sa.text("state = 'draft'"))
        batch_op.drop_index(batch_op.f('ix_statement_flag_id'))

    op.drop_table('statement')
    with op.batch_alter_table('flag_proposal', schema=None) as batch_op:
        batch_op.drop_index('uq_flag_proposal_one_pending', sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))
        batch_op.drop_index(batch_op.f('ix_flag_proposal_flag_id'))

    op.drop_table('flag_proposal')
    with op.batch_alter_table('flag_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_flag_event_flag_id'))

    op.drop_table('flag_event')
    with op.batch_alter_table('flag', schema=None) as batch_op:
        batch_op.drop_index('ix_flag_unit_state')
        batch_op.drop_index(batch_op.f('ix_flag_task_id'))
        batch_op.drop_index(batch_op.f('ix_flag_part_id'))
        batch_op.drop_index(batch_op.f('ix_flag_owner_id'))
        batch_op.drop_index('ix_flag_group_state')

    op.drop_table('flag')
    op.drop_table('flag_rule_setting')
    op.drop_table('accountability_setting')
