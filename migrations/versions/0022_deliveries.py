"""Deliveries."""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'


def upgrade() -> None:
    op.create_table('delivery_preference',
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('mail', sa.Boolean(), nullable=False),
    sa.Column('chat', sa.Boolean(), nullable=False),
    sa.Column('sms', sa.Boolean(), nullable=False),
    sa.Column('quiet_from', sa.SmallInteger(), nullable=False),
    sa.Column('quiet_until', sa.SmallInteger(), nullable=False),
    sa.Column('digest_hour', sa.SmallInteger(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('digest_hour BETWEEN 0 AND 23', name=op.f('ck_delivery_preference_digest_hour')),
    sa.CheckConstraint('quiet_from BETWEEN 0 AND 23', name=op.f('ck_delivery_preference_quiet_from')),
    sa.CheckConstraint('quiet_until BETWEEN 0 AND 23', name=op.f('ck_delivery_preference_quiet_until')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_delivery_preference_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_delivery_preference'))
    )
    op.create_table('channel_endpoint',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('mail', 'wecom', 'dingtalk', 'feishu', 'webhook', name='endpointkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('channel', sa.Enum('mail', 'chat', 'sms', name='channel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('host', sa.String(length=253), nullable=False),
    sa.Column('port', sa.Integer(), nullable=False),
    sa.Column('encryption', sa.String(length=10), nullable=False),
    sa.Column('login', sa.String(length=120), nullable=False),
    sa.Column('sender', sa.String(length=120), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('disabled_reason', sa.String(length=200), nullable=False),
    sa.Column('free_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('blocked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failing_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_code', sa.String(length=60), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(kind = 'mail') = (channel = 'mail')", name=op.f('ck_channel_endpoint_channel_of_kind')),
    sa.CheckConstraint("(kind = 'mail') = (group_id IS NULL)", name=op.f('ck_channel_endpoint_mail_is_for_all')),
    sa.CheckConstraint("enabled OR disabled_reason <> ''", name=op.f('ck_channel_endpoint_disabled_with_reason')),
    sa.ForeignKeyConstraint(['group_id'], ['leadership_group.id'], name=op.f('fk_channel_endpoint_group_id_leadership_group')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel_endpoint'))
    )
    with op.batch_alter_table('channel_endpoint', schema=None) as batch_op:
        batch_op.create_index('uq_channel_endpoint_group', ['group_id', 'channel'], unique=True, sqlite_where=sa.text('enabled'), postgresql_where=sa.text('enabled'))
        batch_op.create_index('uq_channel_endpoint_mail', ['channel'], unique=True, sqlite_where=sa.text('enabled AND group_id IS NULL'), postgresql_where=sa.text('enabled AND group_id IS NULL'))

    op.create_table('delivery',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recipient_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Enum('mail', 'chat', 'sms', name='channel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('endpoint_id', sa.Integer(), nullable=False),
    sa.Column('digest_key', sa.String(length=40), nullable=False),
    sa.Column('urgency', sa.SmallInteger(), nullable=False),
    sa.Column('precedence', sa.SmallInteger(), nullable=False),
    sa.Column('state', sa.Enum('pending', 'claimed', 'sending', 'sent', 'uncertain', 'failed', 'cancelled', name='deliverystate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('resent', sa.Boolean(), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=True),
    sa.Column('holder', sa.String(length=100), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('message_id', sa.String(length=120), nullable=False),
    sa.Column('payload', sa.Text(), nullable=True),
    sa.Column('payload_sha256', sa.String(length=64), nullable=True),
    sa.Column('provider_code', sa.String(length=60), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state IN ('claimed', 'sending')) = (token IS NOT NULL)", name=op.f('ck_delivery_claimed')),
    sa.CheckConstraint("(state IN ('pending', 'claimed', 'sending')) = (ended_at IS NULL)", name=op.f('ck_delivery_ended')),
    sa.CheckConstraint("state <> 'sending' OR payload IS NOT NULL", name=op.f('ck_delivery_frozen')),
    sa.CheckConstraint("state <> 'sent' OR (ended_at IS NOT NULL AND provider_code <> '')", name=op.f('ck_delivery_sent_with_code')),
    sa.CheckConstraint('(payload IS NULL) = (payload_sha256 IS NULL)', name=op.f('ck_delivery_payload')),
    sa.CheckConstraint('(token IS NULL) = (lease_until IS NULL)', name=op.f('ck_delivery_lease')),
    sa.CheckConstraint('precedence = 3 - urgency', name=op.f('ck_delivery_precedence')),
    sa.ForeignKeyConstraint(['endpoint_id'], ['channel_endpoint.id'], name=op.f('fk_delivery_endpoint_id_channel_endpoint')),
    sa.ForeignKeyConstraint(['recipient_id'], ['person.id'], name=op.f('fk_delivery_recipient_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery')),
    sa.UniqueConstraint('recipient_id', 'channel', 'endpoint_id', 'digest_key', name='uq_delivery_digest')
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_open', ['recipient_id', 'endpoint_id'], unique=False, sqlite_where=sa.text("state IN ('pending', 'claimed')"), postgresql_where=sa.text("state IN ('pending', 'claimed')"))
        batch_op.create_index('ix_delivery_state', ['state', 'id'], unique=False)
        batch_op.create_index('ix_delivery_waiting', ['endpoint_id', 'precedence', 'next_attempt_at', 'id'], unique=False, sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))

    op.create_table('delivery_attempt',
    sa.Column('delivery_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('attempt', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.Enum('delivered', 'temporary', 'permanent', 'unknown', name='outcome', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('holder', sa.String(length=100), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_delivery_attempt_delivery_id_delivery')),
    sa.PrimaryKeyConstraint('delivery_id', 'attempt', name=op.f('pk_delivery_attempt'))
    )
    op.create_table('delivery_item',
    sa.Column('delivery_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('channel', sa.Enum('mail', 'chat', 'sms', name='channel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('included', sa.SmallInteger(), server_default='0', nullable=False),
    sa.CheckConstraint('included IN (0, 1, 2)', name=op.f('ck_delivery_item_included')),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_delivery_item_delivery_id_delivery')),
    sa.ForeignKeyConstraint(['item_id'], ['inbox_item.id'], name=op.f('fk_delivery_item_item_id_inbox_item')),
    sa.PrimaryKeyConstraint('delivery_id', 'item_id', name=op.f('pk_delivery_item')),
    sa.UniqueConstraint('item_id', 'channel', name='uq_delivery_item_once')
    )
    with op.batch_alter_table('inbox_item', schema=None) as batch_op:
        batch_op.create_index('ix_inbox_item_group', ['group_id', 'id'], unique=False)
        batch_op.create_index('ix_inbox_item_outgoing', ['created_at'], unique=False, sqlite_where=sa.text("read_at IS NULL AND channels <> ''"), postgresql_where=sa.text("read_at IS NULL AND channels <> ''"))
        batch_op.create_index('ix_inbox_item_subject', ['subject_kind', 'subject_id', 'id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('inbox_item', schema=None) as batch_op:
        batch_op.drop_index('ix_inbox_item_subject')
        batch_op.drop_index('ix_inbox_item_outgoing', sqlite_where=sa.text("read_at IS NULL AND channels <> ''"), postgresql_where=sa.text("read_at IS NULL AND channels <> ''"))
        batch_op.drop_index('ix_inbox_item_group')

    op.drop_table('delivery_item')
    op.drop_table('delivery_attempt')
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_waiting', sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))
        batch_op.drop_index('ix_delivery_state')
        batch_op.drop_index('ix_delivery_open', sqlite_where=sa.text("state IN ('pending', 'claimed')"), postgresql_where=sa.text("state IN ('pending', 'claimed')"))

    op.drop_table('delivery')
    with op.batch_alter_table('channel_endpoint', schema=None) as batch_op:
        batch_op.drop_index('uq_channel_endpoint_mail', sqlite_where=sa.text('enabled AND group_id IS NULL'), postgresql_where=sa.text('enabled AND group_id IS NULL'))
        batch_op.drop_index('uq_channel_endpoint_group', sqlite_where=sa.text('enabled'), postgresql_where=sa.text('enabled'))

    op.drop_table('channel_endpoint')
    op.drop_table('delivery_preference')
