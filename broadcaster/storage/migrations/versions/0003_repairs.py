"""Repairs: flips, incidents, tickets, who goes and who is told."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table('contact',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('part', sa.String(), nullable=False),
    sa.Column('crew', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('channels', sa.JSON(), nullable=False),
    sa.Column('quiet_hours', sa.JSON(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_contact'))
    )
    op.create_index(op.f('ix_contact_place'), 'contact', ['place'], unique=False)
    op.create_table('crew',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('skills', sa.JSON(), nullable=False),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_crew'))
    )
    op.create_index(op.f('ix_crew_place'), 'crew', ['place'], unique=False)
    op.create_table('flip',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('endpoint', sa.String(), nullable=False),
    sa.Column('from_state', sa.String(32), nullable=False),
    sa.Column('to_state', sa.String(32), nullable=False),
    sa.Column('onset', sa.DateTime(timezone=True), nullable=False),
    sa.Column('detected', sa.DateTime(timezone=True), nullable=False),
    sa.Column('onset_s', sa.Float(), nullable=False),
    sa.Column('detected_s', sa.Float(), nullable=False),
    sa.Column('because', sa.String(32), nullable=False),
    sa.Column('up_s', sa.Integer(), nullable=True),
    sa.Column('reset', sa.String(), nullable=False),
    sa.Column('planned', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flip'))
    )
    op.create_index(op.f('ix_flip_detected_s'), 'flip', ['detected_s'], unique=False)
    op.create_index(op.f('ix_flip_endpoint_onset'), 'flip', ['endpoint', 'onset'], unique=False)
    op.create_index(op.f('ix_flip_onset'), 'flip', ['onset'], unique=False)
    op.create_table('gate_move',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('gate', sa.String(), nullable=False),
    sa.Column('open', sa.Boolean(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('because', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gate_move'))
    )
    op.create_index(op.f('ix_gate_move_since'), 'gate_move', ['since'], unique=False)
    op.create_table('incident',
    sa.Column('key', sa.String(20), nullable=False),
    sa.Column('cause', sa.String(32), nullable=False),
    sa.Column('root', sa.String(), nullable=False),
    sa.Column('stage', sa.String(32), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('population', sa.Integer(), nullable=False),
    sa.Column('onset', sa.DateTime(timezone=True), nullable=False),
    sa.Column('detected', sa.DateTime(timezone=True), nullable=False),
    sa.Column('announced', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ticket', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_incident'))
    )
    op.create_index(op.f('ix_incident_cause_root'), 'incident', ['cause', 'root'], unique=False)
    op.create_index(op.f('ix_incident_onset'), 'incident', ['onset'], unique=False)
    op.create_index(op.f('ix_incident_stage'), 'incident', ['stage'], unique=False)
    op.create_index(op.f('ix_incident_ticket'), 'incident', ['ticket'], unique=False)
    op.create_table('letter',
    sa.Column('key', sa.String(64), nullable=False),
    sa.Column('contact', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('entries', sa.JSON(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_letter'))
    )
    op.create_index(op.f('ix_letter_contact'), 'letter', ['contact'], unique=False)
    op.create_index(op.f('ix_letter_next_at'), 'letter', ['next_at'], unique=False)
    op.create_table('maintenance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('target', sa.String(), nullable=False),
    sa.Column('begins', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance'))
    )
    op.create_index(op.f('ix_maintenance_ends'), 'maintenance', ['ends'], unique=False)
    op.create_table('repairs_memory',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('payload', sa.LargeBinary(), nullable=False),
    sa.Column('at_s', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_repairs_memory'))
    )
    op.create_table('ticket',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('incident', sa.String(20), nullable=False),
    sa.Column('state', sa.String(32), nullable=False),
    sa.Column('cause', sa.String(32), nullable=False),
    sa.Column('root', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('owner', sa.String(32), nullable=False),
    sa.Column('priority', sa.String(32), nullable=False),
    sa.Column('truck', sa.Boolean(), nullable=False),
    sa.Column('crew', sa.String(), nullable=False),
    sa.Column('onset', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_ticket')),
    sa.UniqueConstraint('incident', name=op.f('uq_ticket_incident'))
    )
    op.create_index(op.f('ix_ticket_cause_root'), 'ticket', ['cause', 'root'], unique=False)
    op.create_index(op.f('ix_ticket_closed_at'), 'ticket', ['closed_at'], unique=False)
    op.create_index(op.f('ix_ticket_next_at'), 'ticket', ['next_at'], unique=False)
    op.create_index(op.f('ix_ticket_opened'), 'ticket', ['opened'], unique=False)
    op.create_index(op.f('ix_ticket_place'), 'ticket', ['place'], unique=False)
    op.create_index(op.f('ix_ticket_state'), 'ticket', ['state'], unique=False)
    op.create_table('attachment',
    sa.Column('ticket', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(64), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['ticket'], ['ticket.number'], name=op.f('fk_attachment_ticket_ticket')),
    sa.PrimaryKeyConstraint('ticket', 'sha256', name=op.f('pk_attachment'))
    )
    op.create_table('duty',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contact', sa.String(), nullable=False),
    sa.Column('begins', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact'], ['contact.name'], name=op.f('fk_duty_contact_contact')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duty'))
    )
    op.create_index(op.f('ix_duty_contact'), 'duty', ['contact'], unique=False)
    op.create_index(op.f('ix_duty_ends'), 'duty', ['ends'], unique=False)
    op.create_table('ticket_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(32), nullable=False),
    sa.Column('from_state', sa.String(32), nullable=False),
    sa.Column('to_state', sa.String(32), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('message', sa.String(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('comment', sa.String(), nullable=False),
    sa.Column('told', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['ticket'], ['ticket.number'], name=op.f('fk_ticket_entry_ticket_ticket')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_entry'))
    )
    op.create_index(op.f('ix_ticket_entry_ticket'), 'ticket_entry', ['ticket'], unique=False)
    op.create_index(op.f('ix_ticket_entry_told'), 'ticket_entry', ['told'], unique=False)
