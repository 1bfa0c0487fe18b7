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
VERSION = "0003"

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

# --- who may ask the desk: the table of `workbench.desk.tokens`

TOKENS = Table(
    "tokens",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False, comment="token, session or code"),
    Column("name", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("hash", Text, nullable=False, comment="SHA-256 of the whole; it is nowhere itself"),
    Column(
        "parent",
        Text,
        ForeignKey("tokens.id", ondelete="CASCADE"),
        comment="the token that a session was begun with",
    ),
    Column("made", BigInteger, nullable=False),
    Column("expires", BigInteger),
    sqlite_with_rowid=False,
)

# --- deployments, alive: the tables of `workbench.desk.fleet`


def _of_deployment() -> Column[int]:
    """The deployment that a row belongs to, the first part of the table's key."""
    parent = ForeignKey("deployments.key", ondelete="CASCADE")
    return Column("deployment", Integer, parent, primary_key=True)


DEPLOYMENTS = Table(
    "deployments",
    METADATA,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("project", Text, nullable=False),
    Column("boot", Text, nullable=False, comment="the one whose state counts"),
    Column("since", BigInteger, nullable=False, comment="when it was heard first"),
    Column("pruned", BigInteger, nullable=False, comment="when what is old was thinned last"),
    Column("conflicts", Integer, nullable=False, comment="what came again with other content"),
    Column("conflict", Text, nullable=False, comment="the last of them"),
    Column("revision", Integer, nullable=False, comment="counts the changes"),
    sqlite_autoincrement=True,
)

BOOTS = Table(
    "boots",
    METADATA,
    _of_deployment(),
    Column("boot", Text, primary_key=True, comment="empty for what is watched on this machine"),
    Column("started", BigInteger, nullable=False, comment="the first that it sent"),
    Column("seq", BigInteger, nullable=False, comment="the newest"),
    Column("sent", BigInteger, nullable=False, comment="when the newest was"),
    Column("received", BigInteger, nullable=False, comment="when the newest came"),
    Column("every", Float(53), nullable=False, comment="seconds between two, as it says"),
    Column("state", Text, nullable=False, comment="JSON"),
    sqlite_with_rowid=False,
)

DIGESTS = Table(
    "digests",
    METADATA,
    _of_deployment(),
    Column("boot", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("sent", BigInteger, nullable=False),
    Column("sha", Text, nullable=False),
    Column("left_out", Integer, nullable=False, comment="details that did not fit in"),
    Column("refused", Integer, nullable=False, comment="details that were known as others"),
    Index(None, "deployment", "sent"),
    sqlite_with_rowid=False,
)

GAPS = Table(
    "gaps",
    METADATA,
    _of_deployment(),
    Column("boot", Text, primary_key=True),
    Column("first", BigInteger, primary_key=True, comment="the first that is missing"),
    Column("last", BigInteger, nullable=False, comment="the last that is missing"),
    Column("begun", BigInteger, nullable=False, comment="when the one before was sent"),
    Column("ended", BigInteger, nullable=False, comment="when the one behind was sent"),
    Column("lost", Integer, nullable=False, comment="how many no later one repeats"),
    sqlite_with_rowid=False,
)

HEALINGS = Table(
    "healings",
    METADATA,
    _of_deployment(),
    Column("source", Text, primary_key=True, comment="the run that was imported"),
    Column("begun", BigInteger, nullable=False, comment="from when on all is known"),
    Column("ended", BigInteger, nullable=False, comment="until when all is known"),
    sqlite_with_rowid=False,
)

DETAILS = Table(
    "details",
    METADATA,
    _of_deployment(),
    Column("kind", Text, primary_key=True, comment="fill, trade, alert or event"),
    Column("name", Text, primary_key=True, comment="what tells it from others of its kind"),
    Column("time", BigInteger, nullable=False),
    Column("order", BigInteger, comment="the order that it came of"),
    Column("opening", BigInteger, comment="of a closed trade the order that opened it"),
    Column("body", Text, nullable=False, comment="JSON"),
    Index(None, "deployment", "kind", "time", "name"),
    Index(None, "deployment", "order"),
    Index(None, "deployment", "opening"),
    sqlite_with_rowid=False,
)

EQUITY = Table(
    "equity",
    METADATA,
    _of_deployment(),
    Column("time", BigInteger, primary_key=True),
    Column("equity", Float(53), nullable=False),
    Column("low", Float(53), nullable=False, comment="the least of what was thinned"),
    Column("high", Float(53), nullable=False, comment="the most likewise"),
    sqlite_with_rowid=False,
)
