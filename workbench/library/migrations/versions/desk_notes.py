"""What the desk takes note of for itself: what it has imported, and what it has told of whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "desk_notes",
        sa.Column("kind", sa.Text, nullable=False, comment="what is noted"),
        sa.Column("name", sa.Text, nullable=False, comment="of what"),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_desk_notes"),
        sqlite_with_rowid=False,
    )
