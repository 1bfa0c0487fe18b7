"""Saying several things of a run at once, and the pieces that it is kept in."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from tests.workbench.library.records import SHELVED, record
from workbench.library.contents import BLOCKS
from workbench.library.document import DOCUMENT, record_of_contents
from workbench.library.entries import Said
from workbench.library.errors import ChangedRunError, UnknownRunError
from workbench.library.library import Library, open_library
from workbench.library.places import library_url
from workbench.library.upgrade import MIGRATIONS


@pytest.fixture
def filled(library: Library) -> Library:
    """A library of four runs."""
    for run in SHELVED:
        library.put(run)
    return library


def test_everything_is_said_at_once(filled: Library) -> None:
    """Name, notes, star and tags change together, as one revision; what is not said stays."""
    filled.tag("ab2", "old")
    seen = filled.version("ab2")
    filled.say(seen, Said("the new stop", "Before 9:45", True, ("prod", "a b", "prod")))
    entry = filled.entry("ab2")
    assert (entry.name, entry.notes, entry.star) == ("the new stop", "Before 9:45", True)
    assert entry.tags == ("a b", "prod")
    assert entry.revision == seen.revision + 1
    filled.say(filled.version("ab2"), Said(star=False))
    assert (filled.entry("ab2").name, filled.entry("ab2").star) == ("the new stop", False)
    assert filled.entry("ab2").tags == ("a b", "prod")
    filled.say(filled.version("ab2"), Said(name="", tags=()))
    assert (filled.entry("ab2").name, filled.entry("ab2").tags) == ("", ())


def test_what_was_changed_meanwhile_is_not_changed(filled: Library) -> None:
    """Of two that saw the same version the second changes nothing, not even a tag."""
    seen = filled.version("ab2")
    filled.say(seen, Said(name="first"))
    with pytest.raises(ChangedRunError, match="was changed meanwhile: read it again"):
        filled.say(seen, Said(name="second", tags=("second",)))
    assert (filled.entry("ab2").name, filled.entry("ab2").tags) == ("first", ())


def test_nothing_is_said_of_what_is_in_the_trash(filled: Library) -> None:
    """It has to be restored first."""
    filled.delete("ab2")
    with pytest.raises(UnknownRunError):
        filled.say(filled.version("ab2"), Said(name="gone"))


def test_a_run_is_found_by_its_name(filled: Library) -> None:
    """A part of it is enough, in either case; a better source leaves it alone."""
    filled.rename("ab2", "The new STOP")
    assert [each.id for each in filled.list("name:new").entries] == ["ab2"]
    filled.put(record("ab2", lots=3, lean_trades=3))
    assert filled.entry("ab2").name == "The new STOP"


def test_the_pieces_of_a_run_are_its_record(filled: Library) -> None:
    """All of them make the record; the document alone makes it without rows."""
    whole = filled.contents("ab2")
    assert whole.version == filled.version("ab2")
    assert set(whole.pieces) == {DOCUMENT, *BLOCKS}
    assert record_of_contents(whole.pieces) == filled.get("ab2").record
    facts = record_of_contents(filled.contents("ab2", DOCUMENT).pieces)
    assert (facts.balance, facts.told.lots) == (SHELVED[1].balance, [])


def test_a_library_from_before_names_gets_them(url: str) -> None:
    """Its runs have none until they are called something."""
    engine = create_engine(library_url(url))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        names = "key, id, algorithm, project, live, currency, code, traded, exactness, standing"
        more = "digest, imported, notes, star, baseline, changed, revision"
        values = "1, 'old', 'A', '', false, 'USD', '', '', 0, '[]', '', 1, '', false, false, 1, 1"
        connection.execute(text(f"INSERT INTO runs ({names}, {more}) VALUES ({values})"))
    engine.dispose()
    with open_library(url) as library:
        assert library.entry("old").name == ""
        library.rename("old", "new")
        assert library.entry("old").name == "new"
