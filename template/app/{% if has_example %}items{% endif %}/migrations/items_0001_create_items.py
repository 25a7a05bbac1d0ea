"""Create the table of items."""

import sqlalchemy as sa
from alembic import op

from app.database.types import UTCDateTime

revision = "items_0001"
down_revision = None
branch_labels = ("items",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.String(2000), nullable=True),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
    )
    op.create_index(op.f("ix_items_owner_created_at"), "items", ["owner", "created_at"])
    op.create_index(op.f("ix_items_created_at"), "items", ["created_at"])
    op.create_index(op.f("ix_items_name"), "items", ["name"])
    op.create_index(op.f("ix_items_status"), "items", ["status"])
    op.create_index(op.f("ix_items_quantity"), "items", ["quantity"])


def downgrade() -> None:
    op.drop_table("items")
