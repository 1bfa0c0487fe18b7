"""The object store: LEAN's keys, return values, limits and errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from workbench.engine.reads import (
    ArgumentException,
    ArgumentNullException,
    InvalidOperationException,
    KeyNotFoundException,
    ReadMeter,
)
from workbench.engine.store import ByteArray, ObjectStore, StoreRules, flush

LATER = StoreRules(synchronous=False)


class Shop:
    """A store over a folder, and what it complained of."""

    def __init__(self, folder: Path, rules: StoreRules) -> None:
        self.meter = ReadMeter()
        self.complaints: list[str] = []
        self.store = ObjectStore(self.meter, folder, self.complaints.append, rules)


def shop(folder: Path, rules: StoreRules | None = None) -> Shop:
    """A store with LEAN's own rules, or others."""
    return Shop(folder, rules or StoreRules())


def files(folder: Path) -> list[str]:
    """The files in a folder, from its root."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def test_what_is_saved_is_read(tmp_path: Path) -> None:
    """Text and bytes come back as they were, and are in the folder at once."""
    store = shop(tmp_path).store
    assert store.save("a/b.json", "grün") is True
    assert store.save_bytes("c", b"\x00\xff") is True
    assert store.read("a/b.json") == "grün"
    assert bytes(store.read_bytes("c")) == b"\x00\xff"
    assert files(tmp_path) == ["a/b.json", "c"]
    assert (tmp_path / "a" / "b.json").read_text(encoding="utf-8") == "grün"


def test_bytes_are_no_python_bytes(tmp_path: Path) -> None:
    """They are a sequence of numbers, which `bytes` takes."""
    store = shop(tmp_path).store
    store.save_bytes("c", bytearray(b"abc"))
    found = store.read_bytes("c")
    assert not isinstance(found, bytes)
    assert isinstance(found, ByteArray)
    assert bytes(found) == b"abc"
    assert (len(found), found[0], list(found), list(found[1:])) == (3, 97, [97, 98, 99], [98, 99])
    assert store.save_bytes("d", found)
    assert store.read("d") == "abc"


def test_another_run_finds_what_was_saved(tmp_path: Path) -> None:
    """The folder outlives the store."""
    shop(tmp_path).store.save("kept/key", "x")
    store = shop(tmp_path).store
    assert store.contains_key("kept/key")
    assert store.keys == ["kept/key"]
    assert store.read("kept/key") == "x"


@pytest.mark.parametrize(
    "key",
    ["a", "a/b/c.json", ".hidden", "/abs", "a\\b", "-12/x", "a b", "a_b#c$d=e-f", "x.", "a.JSON5"],
)
def test_keys_of_leans_pattern_are_taken(tmp_path: Path, key: str) -> None:
    """One dot before an alphanumeric ending, and no strange characters."""
    store = shop(tmp_path).store
    assert store.save(key, "x") is True
    assert store.contains_key(key)
    assert store.read(key) == "x"
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize(
    "key",
    ["", "a:b", "../x", "a/../b", "v1.2/x", "a.b.json", "a+b", "a@b", "grün", "a/" * 101 + "b"],
)
def test_other_keys_are_refused(tmp_path: Path, key: str) -> None:
    """Saving under one raises, and writes nothing."""
    store = shop(tmp_path).store
    with pytest.raises(ArgumentException, match="path is not supported"):
        store.save(key, "x")
    with pytest.raises(ArgumentException):
        store.get_file_path(key)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("key", "same"), [("/a/b", "a/b"), (".a", "a"), ("a\\b", "a/b"), ("./a", "a")]
)
def test_a_key_is_made_plain(tmp_path: Path, key: str, same: str) -> None:
    """A leading dot and slashes are dropped, backslashes are slashes."""
    store = shop(tmp_path).store
    store.save(key, "x")
    assert store.keys == [same]
    assert store.read(same) == "x"


def test_none_is_no_key_and_no_text(tmp_path: Path) -> None:
    """LEAN's null errors, and a TypeError for things that are no text at all."""
    store = shop(tmp_path).store
    with pytest.raises(ArgumentNullException):
        store.save(None, "x")  # type: ignore[arg-type]
    with pytest.raises(ArgumentNullException):
        store.save("a", None)  # type: ignore[arg-type]
    with pytest.raises(ArgumentNullException):
        store.contains_key(None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="No method matches"):
        store.save("a", 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="No method matches"):
        store.save(5, "x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="No method matches"):
        store.save_bytes("a", 5)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["missing", "a:b", "../secret", "a/../../secret", "", "x" * 300])
def test_a_missing_key_is_not_found(tmp_path: Path, key: str) -> None:
    """Reading raises, looking and deleting say False, and nothing outside the folder is seen."""
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    inner = tmp_path / "store"
    inner.mkdir()
    store = shop(inner).store
    with pytest.raises(KeyNotFoundException, match="was not found in the current project"):
        store.read(key)
    with pytest.raises(KeyNotFoundException):
        store.read_bytes(key)
    assert not store.contains_key(key)
    assert store.delete(key) is False
    assert (tmp_path / "secret").exists()


def test_a_key_is_deleted_once(tmp_path: Path) -> None:
    """The file goes; the second time there is nothing to delete."""
    store = shop(tmp_path).store
    store.save("a", "x")
    assert store.delete("a") is True
    assert store.delete("a") is False
    assert files(tmp_path) == []


def test_an_unwritten_key_is_deleted_from_memory(tmp_path: Path) -> None:
    """It never reaches the folder."""
    store = shop(tmp_path, LATER).store
    store.save("a", "x")
    assert store.delete("a") is True
    flush(store)
    assert files(tmp_path) == []


def test_a_long_name_is_saved_and_lost(tmp_path: Path) -> None:
    """The save returns True, the write fails with a complaint, the next run finds nothing."""
    made = shop(tmp_path)
    key = "k" * 300
    assert made.store.save(key, "x") is True
    assert made.store.read(key) == "x"
    assert len(made.complaints) == 1
    assert made.complaints[0].startswith("ObjectStore Persistence Error: ")
    assert not shop(tmp_path).store.contains_key(key)


def test_a_write_that_fails_holds_up_those_behind_it(tmp_path: Path) -> None:
    """The writer stops at it each time; once it is deleted the rest is written."""
    made = shop(tmp_path)
    made.store.save("k" * 300, "x")
    assert made.store.save("later", "x") is True
    assert files(tmp_path) == []
    made.store.delete("k" * 300)
    flush(made.store)
    assert files(tmp_path) == ["later"]
    assert len(made.complaints) == 2


def test_a_later_store_writes_when_it_is_flushed(tmp_path: Path) -> None:
    """Without synchronous writes a save stays in memory, where it can be read."""
    store = shop(tmp_path, LATER).store
    store.save("a", "x")
    assert files(tmp_path) == []
    assert (store.read("a"), store.contains_key("a"), store.keys) == ("x", True, ["a"])
    flush(store)
    assert files(tmp_path) == ["a"]


def test_asking_for_a_path_writes(tmp_path: Path) -> None:
    """The path of a saved key is that of its file, with all that was pending."""
    store = shop(tmp_path, LATER).store
    store.save("a/b", "x")
    store.save("c", "y")
    assert Path(store.get_file_path("a/b")).read_text(encoding="utf-8") == "x"
    assert files(tmp_path) == ["a/b", "c"]


def test_asking_for_the_path_of_a_new_key_reserves_it(tmp_path: Path) -> None:
    """The folder is made, the file is the caller's to write, and then it can be read."""
    store = shop(tmp_path).store
    place = Path(store.get_file_path("new/key"))
    assert place == tmp_path / "new" / "key"
    assert place.parent.is_dir()
    assert store.contains_key("new/key")
    with pytest.raises(KeyNotFoundException):
        store.read("new/key")
    place.write_text("x", encoding="utf-8")
    assert store.read("new/key") == "x"


def test_clear_forgets_memory_and_keeps_files(tmp_path: Path) -> None:
    """What was pending is written, and what others wrote is then seen."""
    store = shop(tmp_path, LATER).store
    store.save("a", "old")
    store.clear()
    (tmp_path / "a").write_text("new", encoding="utf-8")
    assert store.read("a") == "new"


def test_iteration_gives_contents(tmp_path: Path) -> None:
    """Each pair has a key and its bytes, those only on disk included."""
    (tmp_path / "disk").write_bytes(b"1")
    store = shop(tmp_path).store
    store.save("memory", "2")
    found = {pair.key: bytes(pair.value) for pair in store}
    assert found == {"disk": b"1", "memory": b"2"}


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    """The save returns False with a complaint; what is there may still be replaced."""
    (tmp_path / "old").write_text("x", encoding="utf-8")
    made = shop(tmp_path, StoreRules(max_files=2))
    assert made.store.save("a", "x") is True
    assert made.store.save("b", "x") is False
    assert made.store.save("a", "y") is True
    assert made.store.max_files == 2
    assert len(made.complaints) == 1
    assert "limit for files it can save: 3/2" in made.complaints[0]
    assert not made.store.contains_key("b")


def test_too_many_bytes_are_refused(tmp_path: Path) -> None:
    """All keys together count, in memory and on disk, the one replaced apart."""
    (tmp_path / "old").write_bytes(bytes(50))
    made = shop(tmp_path, replace(LATER, max_size=100))
    assert made.store.save_bytes("a", bytes(50)) is True
    assert made.store.save_bytes("b", b"1") is False
    assert made.store.save_bytes("a", bytes(49)) is True
    assert made.store.save_bytes("b", b"1") is True
    assert made.store.max_size == 100
    assert "storage capacity limit" in made.complaints[0]


def test_without_permission_nothing_is_allowed(tmp_path: Path) -> None:
    """Every use raises, and there are no keys to see."""
    (tmp_path / "old").write_text("x", encoding="utf-8")
    store = shop(tmp_path, StoreRules(allowed=False)).store
    for use in (
        lambda: store.save("a", "x"),
        lambda: store.save_bytes("a", b"x"),
        lambda: store.read("old"),
        lambda: store.read_bytes("old"),
        lambda: store.contains_key("old"),
        lambda: store.delete("old"),
        lambda: store.get_file_path("old"),
    ):
        with pytest.raises(InvalidOperationException):
            use()
    assert store.keys == []
    assert [pair.key for pair in store] == []


def test_the_limits_are_leans(tmp_path: Path) -> None:
    """10,000 files and 10 GiB."""
    store = shop(tmp_path).store
    assert (store.max_files, store.max_size) == (10_000, 10 * 2**30)


def test_what_a_use_of_the_store_costs(tmp_path: Path) -> None:
    """A call is one read, a list of keys one more for each."""
    made = shop(tmp_path)
    made.store.save("a", "x")
    made.store.save("b", "x")
    assert made.store.read("a") == "x"
    assert made.meter.total == 3
    assert len(made.store.keys) == 2
    assert made.meter.total == 6
