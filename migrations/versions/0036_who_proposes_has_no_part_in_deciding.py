"""Who proposed what follows from a flag neither reviews it nor enters it from paper: the database refuses it too."""

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'

ENTERS = 'recorded_by_id IS NULL OR proposed_by_id IS NULL OR recorded_by_id <> proposed_by_id'
REVIEWS = 'decided_by_id IS NULL OR proposed_by_id IS NULL OR decided_by_id <> proposed_by_id'


def upgrade() -> None:
    with op.batch_alter_table('flag_decision') as batch_op:
        batch_op.create_check_constraint(op.f('ck_flag_decision_proposer_enters_nothing'), ENTERS)
    with op.batch_alter_table('flag_review') as batch_op:
        batch_op.add_column(sa.Column('proposed_by_id', sa.Integer(), nullable=True))
    op.execute(
        'UPDATE flag_review SET proposed_by_id ='
        ' (SELECT d.proposed_by_id FROM flag_decision d WHERE d.id = flag_review.decision_id)'
    )
    with op.batch_alter_table('flag_review') as batch_op:
        batch_op.create_check_constraint(op.f('ck_flag_review_not_by_the_proposer'), REVIEWS)
        batch_op.create_check_constraint(op.f('ck_flag_review_proposer_enters_nothing'), ENTERS)


def downgrade() -> None:
    with op.batch_alter_table('flag_review') as batch_op:
        batch_op.drop_constraint(op.f('ck_flag_review_proposer_enters_nothing'), type_='check')
        batch_op.drop_constraint(op.f('ck_flag_review_not_by_the_proposer'), type_='check')
        batch_op.drop_column('proposed_by_id')
    with op.batch_alter_table('flag_decision') as batch_op:
        batch_op.drop_constraint(op.f('ck_flag_decision_proposer_enters_nothing'), type_='check')
