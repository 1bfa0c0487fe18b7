"""The tables of the library, the same in SQLite and in PostgreSQL.

Times are microseconds since 1970, UTC. What depends on a run goes with it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

# The table in which the library says of which version its tables are.
VERSION_TABLE = "library_version"
# The version of the tables below: the newest of `migrations/versions`.
VERSION = "0005"

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _of_run() -> Column[int]:
    """The run that a row belongs to, the first part of the table's key."""
    return Column("run", Integer, ForeignKey("runs.key", ondelete="CASCADE"), primary_key=True)


RUNS = Table(
    "runs",
    METADATA,
    Column("key", Integer, primary_key=True, comment="grows with each run"),
    Column("id", Text, nullable=False, unique=True),
    # what was read
    Column("algorithm", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("currency", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("traded", Text, nullable=False, index=True, comment="what tells it without parameters"),
    Column("begun", BigInteger),
    Column("ended", BigInteger),
    Column("exactness", SmallInteger, nullable=False, comment="the worst, 0 for exact"),
    Column("standing", Text, nullable=False, comment="JSON: what a better source is better in"),
    Column("digest", Text, nullable=False, comment="of the hashes of all sources"),
    Column("imported", BigInteger, nullable=False),
    # what the user said
    Column("notes", Text, nullable=False),
    Column("star", Boolean, nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("deleted", BigInteger, comment="since when it is in the trash"),
    # for whoever reads it again
    Column("changed", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False, comment="counts the changes"),
    Index(None, "algorithm", "project"),
    Index(None, "deleted", "imported", "key"),
    # one baseline an algorithm of a project
    Index(
        "uq_runs_baseline",
        "algorithm",
        "project",
        unique=True,
        sqlite_where=text("baseline AND deleted IS NULL"),
        postgresql_where=text("baseline AND deleted IS NULL"),
    ),
    sqlite_autoincrement=True,
)

SOURCES = Table(
    "sources",
    METADATA,
    _of_run(),
    Column("place", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False, index=True),
    sqlite_with_rowid=False,
)

PARAMETERS = Table(
    "parameters",
    METADATA,
    _of_run(),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("number", Float(53), comment="the value where it is a number"),
    Index(None, "name", "value"),
    sqlite_with_rowid=False,
)

STRATEGIES = Table(
    "strategies",
    METADATA,
    _of_run(),
    Column("strategy", Text, primary_key=True, index=True),
    sqlite_with_rowid=False,
)

TAGS = Table(
    "tags",
    METADATA,
    _of_run(),
    Column("tag", Text, primary_key=True, index=True),
    sqlite_with_rowid=False,
)

FIGURES = Table(
    "figures",
    METADATA,
    _of_run(),
    Column("strategy", Text, primary_key=True, comment="empty for the account"),
    Column("name", Text, primary_key=True),
    Column("value", Float(53), nullable=False),
    Column("unit", Text, nullable=False),
    Column("n", Integer, comment="how many days or trades it is of"),
    Column("exactness", SmallInteger, nullable=False),
    Column("bound", Float(53), comment="how far it may be off"),
    Index(None, "strategy", "name", "value", "run"),
    sqlite_with_rowid=False,
)

CONTENTS = Table(
    "contents",
    METADATA,
    _of_run(),
    Column("name", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

# What a better source replaces.
REPLACED = (SOURCES, PARAMETERS, STRATEGIES, FIGURES, CONTENTS)

# --- what the desk takes note of for itself: `workbench.desk.notes`

DESK_NOTES = Table(
    "desk_notes",
    METADATA,
    Column("kind", Text, primary_key=True, comment="what is noted"),
    Column("name", Text, primary_key=True, comment="of what"),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)
