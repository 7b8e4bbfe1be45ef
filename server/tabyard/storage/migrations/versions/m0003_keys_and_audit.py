"""API keys, and the audit trail."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def needed(name: str, kind: sa.types.TypeEngine[Any] | None = None) -> sa.Column[Any]:
    """A column that every row fills."""
    return sa.Column(name, kind or sa.Text(), nullable=False)


def upgrade() -> None:
    """Two tables of their own; nothing that was there changes."""
    op.create_table(
        "keys",
        sa.Column("number", NUMBER, sa.Identity(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        needed("name"),
        needed("digest"),
        needed("scopes"),
        needed("instance_ids"),
        needed("created_at_ms", sa.BigInteger()),
    )
    op.create_table(
        "audit",
        sa.Column("number", NUMBER, sa.Identity(), primary_key=True),
        needed("at_ms", sa.BigInteger()),
        needed("who"),
        sa.Column("key_id", sa.Text()),
        sa.Column("address", sa.Text()),
        needed("action"),
        sa.Column("subject", sa.Text()),
        sa.Column("instance_id", sa.Text()),
        needed("outcome"),
    )
    op.create_index("audit_by_time", "audit", ["at_ms"])
