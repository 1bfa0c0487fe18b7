"""What the desk must know again after a restart, in the library's database: short texts by name."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from workbench.library.database import Database
from workbench.library.schema import DESK_NOTES
from workbench.library.writing import plain_text


class NoteKind(StrEnum):
    """What is noted."""

    IMPORTED = "imported"  # of result files: as what they were imported
    RUN = "run"  # of a run that saves states: the deployment it is of
    TOLD = "told"  # of a deployment: what was told of its silence last


class Notes:
    """Notes of all kinds; any number of threads may read and write them.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, kind: NoteKind) -> dict[str, str]:
        """Name -> what is noted.

        Raises:
            LibraryError: The database fails; so do the others.
        """
        query = select(DESK_NOTES.c.name, DESK_NOTES.c.value).where(DESK_NOTES.c.kind == kind.value)
        with self._database.reading() as connection:
            return {row.name: row.value for row in connection.execute(query)}

    def put(self, kind: NoteKind, name: str, value: str) -> None:
        """Note something, in place of what was noted."""
        row = {"kind": kind.value, "name": plain_text(name), "value": plain_text(value)}
        with self._database.writing() as connection:
            own = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
            statement = own(DESK_NOTES).values(row)
            key = [DESK_NOTES.c.kind, DESK_NOTES.c.name]
            connection.execute(
                statement.on_conflict_do_update(index_elements=key, set_={"value": row["value"]})
            )

    def drop(self, kind: NoteKind, name: str) -> None:
        """Forget a note, where there is one."""
        own = (DESK_NOTES.c.kind == kind.value, DESK_NOTES.c.name == plain_text(name))
        with self._database.writing() as connection:
            connection.execute(delete(DESK_NOTES).where(*own))
