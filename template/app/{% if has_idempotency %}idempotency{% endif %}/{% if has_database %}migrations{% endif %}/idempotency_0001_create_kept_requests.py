"""Create the table of kept requests."""

import sqlalchemy as sa
from alembic import op

from app.database.types import UTCDateTime
from app.idempotency.columns import BODY

revision = "idempotency_0001"
down_revision = None
branch_labels = ("idempotency",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_requests",
        sa.Column("identifier", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("leased_until", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("head", sa.Text(), nullable=True),
        sa.Column("body", BODY, nullable=True),
        sa.PrimaryKeyConstraint("identifier", name=op.f("pk_kept_requests")),
    )
    op.create_index(op.f("ix_kept_requests_expires_at"), "kept_requests", ["expires_at"])


def downgrade() -> None:
    op.drop_table("kept_requests")
