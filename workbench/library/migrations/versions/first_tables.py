"""The first tables: runs with all that belongs to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _of_run(table: str) -> list[SchemaItem]:
    return [
        sa.Column("run", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.key"], name=f"fk_{table}_run", ondelete="CASCADE"),
    ]


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=f"pk_{table}")


def upgrade() -> None:
    """Make the tables."""
    _make_runs()
    _make_details()
    _make_figures()


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("key", sa.Integer, nullable=False, comment="grows with each run"),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("algorithm", sa.Text, nullable=False),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("traded", sa.Text, nullable=False, comment="what tells it without parameters"),
        sa.Column("begun", sa.BigInteger),
        sa.Column("ended", sa.BigInteger),
        sa.Column("exactness", sa.SmallInteger, nullable=False, comment="the worst, 0 for exact"),
        sa.Column(
            "standing",
            sa.Text,
            nullable=False,
            comment="JSON: what a better source is better in",
        ),
        sa.Column("digest", sa.Text, nullable=False, comment="of the hashes of all sources"),
        sa.Column("imported", sa.BigInteger, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("star", sa.Boolean, nullable=False),
        sa.Column("baseline", sa.Boolean, nullable=False),
        sa.Column("deleted", sa.BigInteger, comment="since when it is in the trash"),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, comment="counts the changes"),
        _key("runs", "key"),
        sa.UniqueConstraint("id", name="uq_runs_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_runs_algorithm_project", "runs", ["algorithm", "project"])
    op.create_index("ix_runs_deleted_imported_key", "runs", ["deleted", "imported", "key"])
    op.create_index("ix_runs_traded", "runs", ["traded"])
    pinned = sa.text("baseline AND deleted IS NULL")
    op.create_index(
        "uq_runs_baseline",
        "runs",
        ["algorithm", "project"],
        unique=True,
        sqlite_where=pinned,
        postgresql_where=pinned,
    )


def _make_details() -> None:
    op.create_table(
        "sources",
        *_of_run("sources"),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        _key("sources", "run", "place"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sources_sha256", "sources", ["sha256"])
    op.create_table(
        "parameters",
        *_of_run("parameters"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("number", sa.Float(53), comment="the value where it is a number"),
        _key("parameters", "run", "name"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_parameters_name_value", "parameters", ["name", "value"])
    for table, name in (("strategies", "strategy"), ("tags", "tag")):
        op.create_table(
            table,
            *_of_run(table),
            sa.Column(name, sa.Text, nullable=False),
            _key(table, "run", name),
            sqlite_with_rowid=False,
        )
        op.create_index(f"ix_{table}_{name}", table, [name])


def _make_figures() -> None:
    op.create_table(
        "figures",
        *_of_run("figures"),
        sa.Column("strategy", sa.Text, nullable=False, comment="empty for the account"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Float(53), nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("n", sa.Integer, comment="how many days or trades it is of"),
        sa.Column("exactness", sa.SmallInteger, nullable=False),
        sa.Column("bound", sa.Float(53), comment="how far it may be off"),
        _key("figures", "run", "strategy", "name"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_figures_strategy_name_value_run", "figures", ["strategy", "name", "value", "run"]
    )
    op.create_table(
        "contents",
        *_of_run("contents"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        _key("contents", "run", "name"),
    )
