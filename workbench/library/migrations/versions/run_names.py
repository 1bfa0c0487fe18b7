"""What the user calls a run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty for the runs there are."""
    op.add_column("runs", sa.Column("name", sa.Text, nullable=False, server_default=""))
