"""Who may ask the desk: tokens, sessions of browsers and codes to log in with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False, comment="token, session or code"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column(
            "hash",
            sa.Text,
            nullable=False,
            comment="SHA-256 of the whole; it is nowhere itself",
        ),
        sa.Column("parent", sa.Text, comment="the token that a session was begun with"),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.ForeignKeyConstraint(
            ["parent"], ["tokens.id"], name="fk_tokens_parent", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
