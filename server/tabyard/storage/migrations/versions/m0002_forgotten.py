"""Which running task's calls a browser has forgotten, until that task has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """From calls that are always remembered under the name of the last hello's memory."""
    op.add_column("instances", sa.Column("forgotten", sa.BigInteger()))
