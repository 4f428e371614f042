"""A keyed mark on every act of the record, and the chain that seals them.

Acts from before are marked as they stand now, with a mark of another kind: it says since when they are unaltered, and
nothing about the time before.
"""

import hashlib
import hmac
import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = '0004'
down_revision = '0003'

MARK = sa.String(length=73)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
COLUMNS = ('id', 'at', 'act', 'subject_kind', 'subject_id', 'group_id', 'account_id', 'person_id', 'actor_name', 'actor_capacity', 'old', 'new', 'request_id')
TYPES = {'at': sa.DateTime(timezone=True), 'old': sa.JSON(), 'new': sa.JSON()}
CHUNK = 5000


def upgrade() -> None:
    with op.batch_alter_table('audit_entry') as batch_op:
        batch_op.add_column(sa.Column('mark', MARK, nullable=True))
    mark_what_is_there()
    with op.batch_alter_table('audit_entry') as batch_op:
        batch_op.alter_column('mark', existing_type=MARK, nullable=False)

    op.create_table('audit_seal',
    sa.Column('number', NUMBER, autoincrement=False, nullable=False),
    sa.Column('first_sequence', NUMBER, nullable=False),
    sa.Column('last_sequence', NUMBER, nullable=False),
    sa.Column('last_id', NUMBER, nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('mark', MARK, nullable=False),
    sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('number > 0 AND first_sequence > 0', name=op.f('ck_audit_seal_counted_from_one')),
    sa.CheckConstraint('last_sequence >= first_sequence', name=op.f('ck_audit_seal_covers_an_act')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_seal'))
    )
    op.create_table('audit_place',
    sa.Column('sequence', NUMBER, autoincrement=False, nullable=False),
    sa.Column('entry_id', NUMBER, nullable=False),
    sa.Column('seal_number', NUMBER, nullable=False),
    sa.Column('mark', MARK, nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['audit_entry.id'], name=op.f('fk_audit_place_entry_id_audit_entry')),
    sa.ForeignKeyConstraint(['seal_number'], ['audit_seal.number'], name=op.f('fk_audit_place_seal_number_audit_seal')),
    sa.PrimaryKeyConstraint('sequence', name=op.f('pk_audit_place')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_audit_place_entry_id'))
    )


def downgrade() -> None:
    op.drop_table('audit_place')
    op.drop_table('audit_seal')
    with op.batch_alter_table('audit_entry') as batch_op:
        batch_op.drop_column('mark')


def mark_what_is_there() -> None:
    connection = op.get_bind()
    table = sa.table('audit_entry', *(sa.column(name, TYPES.get(name)) for name in (*COLUMNS, 'mark')))
    write = table.update().where(table.c.id == sa.bindparam('marked')).values(mark=sa.bindparam('made'))
    chunk = sa.select(*(table.c[name] for name in COLUMNS)).order_by(table.c.id).limit(CHUNK)
    after = 0
    while rows := connection.execute(chunk.where(table.c.id > after)).mappings().all():
        connection.execute(write, [{'marked': row['id'], 'made': mark_from_before(dict(row))} for row in rows])
        after = rows[-1]['id']


def mark_from_before(row: dict[str, object]) -> str:
    """As tracker/kernel/seals.py and tracker/audit/rules.py made it when this was written."""
    at = row['at'] if row['at'].tzinfo else row['at'].replace(tzinfo=UTC)
    row['at'] = at.astimezone(UTC).isoformat(timespec='microseconds')
    data = json.dumps([row[name] for name in COLUMNS], sort_keys=True, separators=(',', ':')).encode('ascii')
    key = current_app.config['SEAL_KEYS'][0].encode()
    own = hmac.digest(key, b'zeren audit from before', 'sha256')
    return f"{hashlib.sha256(b'zeren key id ' + key).hexdigest()[:8]}.{hmac.digest(own, data, 'sha256').hex()}"
