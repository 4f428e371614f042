"""Units hand clauses of their letters on."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0007'


def upgrade() -> None:
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('parent_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_letter_parent_id'), ['parent_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_letter_parent_id_letter'), 'letter', ['parent_id'], ['id'])

    with op.batch_alter_table('letter_batch', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unit_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_letter_batch_unit_id'), ['unit_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_letter_batch_unit_id_unit'), 'unit', ['unit_id'], ['id'])

    with op.batch_alter_table('letter_clause', schema=None) as batch_op:
        batch_op.add_column(sa.Column('parent_clause_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('standard', sa.Text(), nullable=False, server_default=''))
        batch_op.drop_constraint(batch_op.f('ck_letter_clause_free_has_no_task'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_letter_clause_free_has_no_task'), "kind <> 'free' OR task_id IS NULL")
        batch_op.create_check_constraint(
            batch_op.f('ck_letter_clause_has_task_or_is_handed_on'),
            "kind = 'free' OR task_id IS NOT NULL OR parent_clause_id IS NOT NULL",
        )
        batch_op.create_index(batch_op.f('ix_letter_clause_parent_clause_id'), ['parent_clause_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_letter_clause_parent_clause_id_letter_clause'), 'letter_clause', ['parent_clause_id'], ['id'])
    with op.batch_alter_table('letter_clause', schema=None) as batch_op:
        batch_op.alter_column('standard', existing_type=sa.Text(), server_default=None)

    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_task_lights'))
        batch_op.create_index('ix_task_lights', ['group_id', 'lead_unit_id', 'state', 'continuous', 'late', 'extension_pending', 'sort_on', 'next_milestone_on', 'behind_on', 'reported_at', 'parent_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.drop_index('ix_task_lights')
        batch_op.create_index(batch_op.f('ix_task_lights'), ['group_id', 'lead_unit_id', 'state', 'continuous', 'late', 'extension_pending', 'sort_on', 'next_milestone_on', 'behind_on', 'reported_at'], unique=False)

    # What is still a draft has no sub-task yet: without the clause it hands on it is a sentence of its own.
    op.execute("UPDATE letter_clause SET kind = 'free' WHERE task_id IS NULL")
    with op.batch_alter_table('letter_clause', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_letter_clause_has_task_or_is_handed_on'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_letter_clause_free_has_no_task'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_letter_clause_free_has_no_task'), "(kind = 'free') = (task_id IS NULL)")
        batch_op.drop_constraint(batch_op.f('fk_letter_clause_parent_clause_id_letter_clause'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_letter_clause_parent_clause_id'))
        batch_op.drop_column('standard')
        batch_op.drop_column('parent_clause_id')

    with op.batch_alter_table('letter_batch', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_letter_batch_unit_id_unit'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_letter_batch_unit_id'))
        batch_op.drop_column('unit_id')

    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_letter_parent_id_letter'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_letter_parent_id'))
        batch_op.drop_column('parent_id')

