"""Create the table of the audit log."""

import sqlalchemy as sa
from alembic import op

from app.audit.triggers import drop_leftovers, refuse_updates
from app.database.types import UTCDateTime

revision = "audit_0001"
down_revision = None
branch_labels = ("audit",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("via", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(255), nullable=True),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("object_type", sa.String(64), nullable=True),
        sa.Column("object_id", sa.String(255), nullable=True),
        sa.Column("address", sa.String(64), nullable=True),
        sa.Column("request_id", sa.String(64), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_at_id"), "audit_entries", ["at", "id"])
    for column in ("actor", "agent", "action", "outcome", "object_type", "object_id", "request_id"):
        op.create_index(op.f(f"ix_audit_entries_{column}_at"), "audit_entries", [column, "at"])
    refuse_updates()


def downgrade() -> None:
    op.drop_table("audit_entries")
    drop_leftovers()
