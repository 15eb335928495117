"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None


def upgrade() -> None:
    op.create_table('absence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.String(), nullable=False),
    sa.Column('notice', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('because', sa.String(32), nullable=False),
    sa.Column('others', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence'))
    )
    op.create_index(op.f('ix_absence_day_place'), 'absence', ['day', 'place'], unique=False)
    op.create_index(op.f('ix_absence_notice_day'), 'absence', ['notice', 'day'], unique=False)
    op.create_table('alert',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('notice', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('targets', sa.JSON(), nullable=False),
    sa.Column('klass', sa.String(32), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('severity', sa.Integer(), nullable=False),
    sa.Column('recording', sa.String(), nullable=True),
    sa.Column('cancel_recording', sa.String(), nullable=True),
    sa.Column('duration_ms', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_by', sa.String(), nullable=False),
    sa.Column('starts', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires', sa.DateTime(timezone=True), nullable=False),
    sa.Column('repeat_gap_s', sa.Integer(), nullable=False),
    sa.Column('repeats', sa.Integer(), nullable=True),
    sa.Column('volume', sa.Integer(), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_by', sa.String(), nullable=True),
    sa.Column('cancel_revisions', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert'))
    )
    op.create_index(op.f('ix_alert_expires'), 'alert', ['expires'], unique=False)
    op.create_table('alive',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('monotonic_s', sa.Float(), nullable=False),
    sa.Column('wall', sa.DateTime(timezone=True), nullable=False),
    sa.Column('boot', sa.String(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_alive_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alive'))
    )
    op.create_table('area',
    sa.Column('code', sa.String(12), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('population', sa.Integer(), nullable=False),
    sa.Column('quiet_hours', sa.JSON(), nullable=True),
    sa.Column('budget_minutes', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_area'))
    )
    op.create_table('asset',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('source_name', sa.String(), nullable=False),
    sa.Column('source_sha256', sa.String(), nullable=False),
    sa.Column('spoken_text', sa.String(), nullable=True),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('imported_by', sa.String(), nullable=False),
    sa.Column('duration_ms', sa.Integer(), nullable=False),
    sa.Column('loudness_lufs', sa.Float(), nullable=True),
    sa.Column('warnings', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset'))
    )
    op.create_index(op.f('ix_asset_source_sha256'), 'asset', ['source_sha256'], unique=False)
    op.create_table('audit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('places', sa.JSON(), nullable=False),
    sa.Column('parameters', sa.JSON(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('message', sa.String(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    op.create_index(op.f('ix_audit_at'), 'audit', ['at'], unique=False)
    op.create_index(op.f('ix_audit_subject'), 'audit', ['subject'], unique=False)
    op.create_index(op.f('ix_audit_who'), 'audit', ['who'], unique=False)
    op.create_table('calendar_day',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('workday', sa.Boolean(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_calendar_day'))
    )
    op.create_table('chain',
    sa.Column('endpoint', sa.String(), nullable=False),
    sa.Column('chain', sa.String(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.Column('receipt_revision', sa.BigInteger(), nullable=False),
    sa.Column('faults', sa.Integer(), nullable=False),
    sa.Column('previous_chains', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('endpoint', name=op.f('pk_chain'))
    )
    op.create_table('endpoint_event',
    sa.Column('endpoint', sa.String(), nullable=False),
    sa.Column('boot', sa.String(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('detail', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('endpoint', 'boot', 'seq', name=op.f('pk_endpoint_event'))
    )
    op.create_index(op.f('ix_endpoint_event_at'), 'endpoint_event', ['at'], unique=False)
    op.create_table('endpoint_state',
    sa.Column('endpoint', sa.String(), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('boot', sa.String(), nullable=True),
    sa.Column('seq', sa.Integer(), nullable=True),
    sa.Column('up_s', sa.Integer(), nullable=True),
    sa.Column('clock_ms', sa.BigInteger(), nullable=True),
    sa.Column('clock', sa.String(32), nullable=True),
    sa.Column('next_in_s', sa.Integer(), nullable=True),
    sa.Column('held', sa.JSON(), nullable=True),
    sa.Column('missing', sa.JSON(), nullable=True),
    sa.Column('missing_count', sa.Integer(), nullable=True),
    sa.Column('sounding', sa.String(), nullable=True),
    sa.Column('volume', sa.Integer(), nullable=True),
    sa.Column('mains', sa.Boolean(), nullable=True),
    sa.Column('battery', sa.Integer(), nullable=True),
    sa.Column('temperature', sa.Integer(), nullable=True),
    sa.Column('signal', sa.Integer(), nullable=True),
    sa.Column('unreceipted', sa.Integer(), nullable=True),
    sa.Column('free_kb', sa.BigInteger(), nullable=True),
    sa.Column('software', sa.String(), nullable=True),
    sa.Column('presence', sa.String(32), nullable=True),
    sa.Column('presence_epoch', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('endpoint', name=op.f('pk_endpoint_state'))
    )
    op.create_table('person',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('full_name', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_person'))
    )
    op.create_table('played',
    sa.Column('endpoint', sa.String(), nullable=False),
    sa.Column('chain', sa.String(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('slot', sa.String(), nullable=True),
    sa.Column('alert', sa.String(), nullable=True),
    sa.Column('notice', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('recording', sa.String(), nullable=True),
    sa.Column('started', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended', sa.DateTime(timezone=True), nullable=True),
    sa.Column('heard_ms', sa.Integer(), nullable=False),
    sa.Column('full_ms', sa.Integer(), nullable=False),
    sa.Column('result', sa.String(32), nullable=False),
    sa.Column('because', sa.String(32), nullable=True),
    sa.Column('volume', sa.Integer(), nullable=False),
    sa.Column('clock', sa.String(32), nullable=False),
    sa.Column('boot', sa.String(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('endpoint', 'chain', 'seq', name=op.f('pk_played'))
    )
    op.create_index(op.f('ix_played_alert'), 'played', ['alert'], unique=False)
    op.create_index(op.f('ix_played_slot_endpoint'), 'played', ['slot', 'endpoint'], unique=False)
    op.create_index(op.f('ix_played_started'), 'played', ['started'], unique=False)
    op.create_table('playlist',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.Column('rule', sa.JSON(), nullable=True),
    sa.Column('targets', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('created_by', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', 'version', name=op.f('pk_playlist'))
    )
    op.create_index(op.f('ix_playlist_state_valid_until'), 'playlist', ['state', 'valid_until'], unique=False)
    op.create_table('published',
    sa.Column('topic', sa.String(), nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('target', sa.String(), nullable=False),
    sa.Column('revision', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('payload', sa.LargeBinary(), nullable=False),
    sa.Column('issued', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('topic', name=op.f('pk_published'))
    )
    op.create_index(op.f('ix_published_kind'), 'published', ['kind'], unique=False)
    op.create_table('series',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('last_issue', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_series'))
    )
    op.create_table('setting',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_setting'))
    )
    op.create_table('signing_key',
    sa.Column('kid', sa.String(), nullable=False),
    sa.Column('algorithm', sa.Integer(), nullable=False),
    sa.Column('secret', sa.String(), nullable=False),
    sa.Column('public', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('kid', name=op.f('pk_signing_key'))
    )
    op.create_table('slot',
    sa.Column('id', sa.String(32), nullable=False),
    sa.Column('order_id', sa.String(), nullable=False),
    sa.Column('notice', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('item', sa.Integer(), nullable=False),
    sa.Column('earliest', sa.DateTime(timezone=True), nullable=False),
    sa.Column('planned', sa.DateTime(timezone=True), nullable=False),
    sa.Column('latest', sa.DateTime(timezone=True), nullable=False),
    sa.Column('duration_ms', sa.Integer(), nullable=False),
    sa.Column('because', sa.String(32), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slot'))
    )
    op.create_index(op.f('ix_slot_day_place'), 'slot', ['day', 'place'], unique=False)
    op.create_index(op.f('ix_slot_notice_day'), 'slot', ['notice', 'day'], unique=False)
    op.create_index(op.f('ix_slot_place_day'), 'slot', ['place', 'day'], unique=False)
    op.create_table('span',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('order_id', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('spans', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'order_id', 'place', name=op.f('pk_span'))
    )
    op.create_table('step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject_kind', sa.String(32), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('event', sa.String(32), nullable=True),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('comment', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_step'))
    )
    op.create_index(op.f('ix_step_subject_subject_kind_version'), 'step', ['subject', 'subject_kind', 'version'], unique=False)
    op.create_table('endpoint',
    sa.Column('id', sa.String(47), nullable=False),
    sa.Column('village', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('site', sa.String(), nullable=False),
    sa.Column('link', sa.String(), nullable=False),
    sa.Column('feeder', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=True),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('population', sa.Integer(), nullable=False),
    sa.Column('resource_code', sa.String(), nullable=False),
    sa.Column('proof_key', sa.String(), nullable=False),
    sa.Column('volume', sa.Integer(), nullable=True),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('provisioned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['village'], ['area.code'], name=op.f('fk_endpoint_village_area')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_endpoint'))
    )
    op.create_index(op.f('ix_endpoint_village'), 'endpoint', ['village'], unique=False)
    op.create_table('notice',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('asset', sa.String(), nullable=True),
    sa.Column('cancel_asset', sa.String(), nullable=True),
    sa.Column('targets', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('klass', sa.String(32), nullable=False),
    sa.Column('severity', sa.Integer(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('volume', sa.Integer(), nullable=True),
    sa.Column('policy', sa.String(32), nullable=True),
    sa.Column('series', sa.String(), nullable=True),
    sa.Column('issue', sa.Integer(), nullable=True),
    sa.Column('rule', sa.JSON(), nullable=True),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('created_by', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['asset'], ['asset.id'], name=op.f('fk_notice_asset_asset')),
    sa.ForeignKeyConstraint(['cancel_asset'], ['asset.id'], name=op.f('fk_notice_cancel_asset_asset')),
    sa.ForeignKeyConstraint(['series'], ['series.name'], name=op.f('fk_notice_series_series')),
    sa.PrimaryKeyConstraint('id', 'version', name=op.f('pk_notice'))
    )
    op.create_index(op.f('ix_notice_state_valid_until'), 'notice', ['state', 'valid_until'], unique=False)
    op.create_table('recording',
    sa.Column('asset', sa.String(), nullable=False),
    sa.Column('profile', sa.String(32), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('codec', sa.String(32), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('duration_ms', sa.Integer(), nullable=False),
    sa.Column('loudness_lufs', sa.Float(), nullable=False),
    sa.Column('true_peak_dbtp', sa.Float(), nullable=False),
    sa.Column('sample_rate', sa.Integer(), nullable=False),
    sa.Column('bitrate', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['asset'], ['asset.id'], name=op.f('fk_recording_asset_asset')),
    sa.PrimaryKeyConstraint('asset', 'profile', name=op.f('pk_recording'))
    )
    op.create_index(op.f('ix_recording_sha256'), 'recording', ['sha256'], unique=False)
    op.create_table('role_grant',
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['user'], ['person.name'], name=op.f('fk_role_grant_user_person')),
    sa.PrimaryKeyConstraint('user', 'role', 'place', name=op.f('pk_role_grant'))
    )
    op.create_table('token',
    sa.Column('hash', sa.String(), nullable=False),
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user'], ['person.name'], name=op.f('fk_token_user_person')),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_token'))
    )
    op.create_index(op.f('ix_token_user'), 'token', ['user'], unique=False)
    forbid_changes_of_audit()


def forbid_changes_of_audit() -> None:
    if op.get_context().dialect.name == "sqlite":
        for change in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER audit_forbids_{change} BEFORE {change} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is only ever added to'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_forbids() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail is only ever added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_forbids BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_forbids()"
    )
