"""Deployments, alive: what they sent, what is known of them, and what is missing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _of_deployment(table: str) -> list[SchemaItem]:
    return [
        sa.Column("deployment", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment"], ["deployments.key"], name=f"fk_{table}_deployment", ondelete="CASCADE"
        ),
    ]


def _make(table: str, key: tuple[str, ...], *columns: sa.Column[object]) -> None:
    """Make a table of deployments: its key begins with the deployment."""
    op.create_table(
        table,
        *_of_deployment(table),
        *columns,
        sa.PrimaryKeyConstraint("deployment", *key, name=f"pk_{table}"),
        sqlite_with_rowid=False,
    )


def _text(name: str, comment: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.Text, nullable=False, comment=comment)


def _whole(name: str, comment: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger, nullable=False, comment=comment)


def _count(name: str, comment: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.Integer, nullable=False, comment=comment)


def _number(name: str, comment: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.Float(53), nullable=False, comment=comment)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "deployments",
        _count("key"),
        _text("id"),
        _text("project"),
        _text("boot", "the one whose state counts"),
        _whole("since", "when it was heard first"),
        _whole("pruned", "when what is old was thinned last"),
        _count("conflicts", "what came again with other content"),
        _text("conflict", "the last of them"),
        _count("revision", "counts the changes"),
        sa.PrimaryKeyConstraint("key", name="pk_deployments"),
        sa.UniqueConstraint("id", name="uq_deployments_id"),
        sqlite_autoincrement=True,
    )
    _make_heard()
    _make_known()


def _make_heard() -> None:
    _make(
        "boots",
        ("boot",),
        _text("boot", "empty for what is watched on this machine"),
        _whole("started", "the first that it sent"),
        _whole("seq", "the newest"),
        _whole("sent", "when the newest was"),
        _whole("received", "when the newest came"),
        _number("every", "seconds between two, as it says"),
        _text("state", "JSON"),
    )
    _make(
        "digests",
        ("boot", "seq"),
        _text("boot"),
        _whole("seq"),
        _whole("sent"),
        _text("sha"),
        _count("left_out", "details that did not fit in"),
        _count("refused", "details that were known as others"),
    )
    op.create_index("ix_digests_deployment_sent", "digests", ["deployment", "sent"])
    _make(
        "gaps",
        ("boot", "first"),
        _text("boot"),
        _whole("first", "the first that is missing"),
        _whole("last", "the last that is missing"),
        _whole("begun", "when the one before was sent"),
        _whole("ended", "when the one behind was sent"),
        _count("lost", "how many no later one repeats"),
    )
    _make(
        "healings",
        ("source",),
        _text("source", "the run that was imported"),
        _whole("begun", "from when on all is known"),
        _whole("ended", "until when all is known"),
    )


def _make_known() -> None:
    _make(
        "details",
        ("kind", "name"),
        _text("kind", "fill, trade, alert or event"),
        _text("name", "what tells it from others of its kind"),
        _whole("time"),
        sa.Column("order", sa.BigInteger, comment="the order that it came of"),
        sa.Column("opening", sa.BigInteger, comment="of a closed trade the order that opened it"),
        _text("body", "JSON"),
    )
    parts = ["deployment", "kind", "time", "name"]
    op.create_index("ix_details_deployment_kind_time_name", "details", parts)
    for name in ("order", "opening"):
        op.create_index(f"ix_details_deployment_{name}", "details", ["deployment", name])
    _make(
        "equity",
        ("time",),
        _whole("time"),
        _number("equity"),
        _number("low", "the least of what was thinned"),
        _number("high", "the most likewise"),
    )
