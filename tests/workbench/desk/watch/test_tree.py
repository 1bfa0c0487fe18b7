"""What a look at watched folders finds, and what it does not do."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.desk.watch import tree as tree_module
from workbench.desk.watch.tree import COARSE, QUIET, SELDOM, Look, Tree

STATE = "storage/pt/17/live/state/0123456789a"
RESULT = "project/backtests/2026-01-01_00-00-00"


class Clock:
    """Nanoseconds that stand still until they are moved."""

    def __init__(self) -> None:
        self.now = 2_000_000_000 * tree_module.SECOND

    def __call__(self) -> int:
        """What time it is."""
        return self.now


def write(root: Path, name: str, text: str = "x") -> Path:
    """A file and the folders above it."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def found(look: Look, root: Path) -> dict[str, list[str]]:
    """The folders that changed, below the root -> the names of their files."""
    return {seen.folder.relative_to(root).as_posix(): sorted(seen.files) for seen in look.changed}


def test_states_and_results_are_found(tmp_path: Path) -> None:
    """The first look finds what belongs to runs, wherever it lies, and nothing else."""
    write(tmp_path, f"{STATE}/live-a")
    write(tmp_path, f"{STATE}/live-b")
    write(tmp_path, "storage/pt/17/live/state/live-a")
    write(tmp_path, "deep/er/pt/18-X/live/state/live-a")
    write(tmp_path, f"{RESULT}/7-order-events.json")
    write(tmp_path, f"{RESULT}/7.json.gz")
    for other in (
        "storage/pt/17/live/trades/0123456789a/live-1",
        "storage/pt/17/live/state/3-1/live-a",
        "storage/pt/17/20260101000000000-test-/state/test-a",
        "storage/pt/17/live/index",
        f"{STATE}/before-roll-a",
        f"{STATE}/live-c",
        "storage/user/live/state/a",
        f"{RESULT}/7-log.txt",
        f"{RESULT}/code/a.json",
        "data/equity/a.json",
        ".git/a.json",
        "project/config.json",
    ):
        write(tmp_path, other)
    assert found(Tree([tmp_path]).look(), tmp_path) == {
        STATE: ["live-a", "live-b"],
        "storage/pt/17/live/state": ["live-a"],
        "deep/er/pt/18-X/live/state": ["live-a"],
        RESULT: ["7-order-events.json", "7.json.gz"],
    }


@pytest.mark.parametrize("root", ["storage", "storage/pt", "storage/pt/17", STATE])
def test_a_watched_folder_may_be_any_part_of_a_store(tmp_path: Path, root: str) -> None:
    """The states are found from the store, its projects, a project or a run on."""
    write(tmp_path, f"{STATE}/live-a")
    assert found(Tree([tmp_path / root]).look(), tmp_path) == {STATE: ["live-a"]}


def test_what_was_written_last_comes_first(tmp_path: Path) -> None:
    """After a start the running deployments are not kept waiting by old results."""
    for age, name in enumerate(("b", "c", "a")):
        os.utime(write(tmp_path, f"{name}/1-summary.json"), ns=(0, (100 - age) * COARSE))
    look = Tree([tmp_path]).look()
    assert [seen.folder.name for seen in look.changed] == ["b", "c", "a"]


# --- changes


@pytest.mark.parametrize(
    "change",
    [
        lambda path: os.utime(path, ns=(0, 5)),
        lambda path: path.write_text("longer"),
        lambda path: path.with_name("live-b").write_text("x"),
        lambda path: _same(path).replace(path),
    ],
    ids=["time", "size", "new", "inode"],
)
def test_a_change_is_told_once(tmp_path: Path, change: Callable[[Path], Any]) -> None:
    """By its time, its size or its number a file says that it changed, and then no more."""
    path = write(tmp_path, f"{STATE}/live-a")
    watched = Tree([tmp_path])
    assert watched.look().changed
    assert not watched.look().changed
    change(path)
    assert list(found(watched.look(), tmp_path)) == [STATE]
    assert not watched.look().changed


def _same(path: Path) -> Path:
    """Another file with the size and the time of a file."""
    shutil.copy2(path, path.parent.parent / "copy")
    return path.parent.parent / "copy"


def test_what_went_is_told(tmp_path: Path) -> None:
    """A folder that vanished, alone or with all above it, is gone, and may come again."""
    write(tmp_path, f"{STATE}/live-a")
    write(tmp_path, f"{RESULT}/7-summary.json")
    watched = Tree([tmp_path])
    watched.look()
    shutil.rmtree(tmp_path / "storage")
    (tmp_path / RESULT / "7-summary.json").unlink()
    assert sorted(watched.look().gone) == [tmp_path / RESULT, tmp_path / STATE]
    assert watched.look() == Look((), (), ())
    write(tmp_path, f"{STATE}/live-a")
    assert list(found(watched.look(), tmp_path)) == [STATE]


def test_a_watched_folder_may_come_later(tmp_path: Path) -> None:
    """A folder that is not there yet is said once to be missing, and found when it is made."""
    root = tmp_path / "later"
    watched = Tree([root])
    assert watched.look().problems == (f"{root} is not there",)
    assert watched.look() == Look((), (), ())
    write(root, f"{STATE}/live-a")
    assert list(found(watched.look(), root)) == [STATE]


def test_a_folder_that_becomes_a_file_is_gone(tmp_path: Path) -> None:
    """What was a folder and is a file now ends no look."""
    write(tmp_path, f"{STATE}/live-a")
    watched = Tree([tmp_path])
    watched.look()
    shutil.rmtree(tmp_path / STATE)
    write(tmp_path, STATE)
    assert watched.look().gone == (tmp_path / STATE,)


# --- what is refused


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link to a folder is passed by; one in place of a file is told as a link."""
    away = write(tmp_path, f"away/{STATE}/live-a")
    root = tmp_path / "root"
    (root / STATE).mkdir(parents=True)
    (root / "link").symlink_to(tmp_path / "away", target_is_directory=True)
    (root / STATE / "live-a").symlink_to(away)
    (seen,) = Tree([root]).look().changed
    assert (seen.folder, seen.files, seen.links) == (root / STATE, {}, ("live-a",))


def test_pipes_are_passed_by(tmp_path: Path) -> None:
    """What is no regular file is none of a run's."""
    write(tmp_path, f"{STATE}/live-a")
    os.mkfifo(tmp_path / STATE / "live-b")
    assert found(Tree([tmp_path]).look(), tmp_path) == {STATE: ["live-a"]}


@pytest.mark.parametrize("call", ["scandir", "stat"])
def test_a_forbidden_folder_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """What may not be looked at is no reason to look at nothing, nor is it gone."""
    write(tmp_path, f"{STATE}/live-a")
    write(tmp_path, "open/7-summary.json")
    watched = Tree([tmp_path])
    with monkeypatch.context() as patched:
        own = getattr(os, call)

        def forbidding(path: Any, **more: Any) -> Any:
            if "storage" in str(path):
                raise PermissionError(13, "Permission denied")
            return own(path, **more)

        patched.setattr(os, call, forbidding)
        look = watched.look()
        assert found(look, tmp_path) == {"open": ["7-summary.json"]}
        assert look.problems == (f"{tmp_path / 'storage'} cannot be looked at: Permission denied",)
        assert watched.look() == Look((), (), ())
    assert list(found(watched.look(), tmp_path)) == [STATE]


def test_only_so_many_folders_are_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree without an end fills no memory, and that is said."""
    monkeypatch.setattr(tree_module, "MOST_FOLDERS", 3)
    for number in range(5):
        write(tmp_path, f"{number}/7-summary.json")
    look = Tree([tmp_path]).look()
    assert len(look.changed) == 2
    assert look.problems == (f"more than 3 folders: {tmp_path / '2'} is not watched",)


# --- what it costs


def counting(calls: Counter[str], name: str) -> Callable[..., Any]:
    """A function of the system's that counts its calls."""
    own = getattr(os, name)

    def counted(*words: Any, **more: Any) -> Any:
        calls[name] += 1
        return own(*words, **more)

    return counted


def test_thousands_of_files_are_not_read_nor_listed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look opens nothing; what is quiet is asked for seldom, and listed only when it changed."""
    clock = Clock()
    old = clock.now - QUIET - COARSE
    for number in range(300):
        for name in ("1.json", "1-summary.json", "1-order-events.json"):
            path = write(tmp_path, f"p/backtests/{number}/{name}")
            os.utime(path, ns=(old, old))
        os.utime(path.parent, ns=(old, old))
    live = write(tmp_path, f"{STATE}/live-a")
    watched = Tree([tmp_path], clock)
    assert len(watched.look().changed) == 301
    calls: Counter[str] = Counter()
    for name in ("scandir", "stat", "open"):
        monkeypatch.setattr(os, name, counting(calls, name))
    for _ in range(SELDOM):
        assert not watched.look().changed
    folders = 300
    assert calls["open"] == 0
    # the state's folder and those above it are new by this clock
    assert calls["scandir"] <= 10 * SELDOM
    assert calls["stat"] <= 4 * folders + 20 * SELDOM
    live.write_text("changed")
    assert list(found(watched.look(), tmp_path)) == [STATE]


def test_a_change_in_a_quiet_folder_is_found_within_ten_looks(tmp_path: Path) -> None:
    """What has rested for long may go on."""
    clock = Clock()
    old = clock.now - QUIET - COARSE
    path = write(tmp_path, "p/1-summary.json")
    for each in (path, path.parent, tmp_path):
        os.utime(each, ns=(old, old))
    watched = Tree([tmp_path], clock)
    watched.look()
    os.utime(path, ns=(old, old + 1))
    changed = [bool(watched.look().changed) for _ in range(SELDOM)]
    assert changed.count(True) == 1


def test_a_file_that_comes_within_the_same_tick_is_found(tmp_path: Path) -> None:
    """A disk whose times are coarse does not hide what came just after a look."""
    clock = Clock()
    write(tmp_path, "p/1-summary.json")
    place = tmp_path / "p"
    os.utime(place, ns=(clock.now, clock.now))
    watched = Tree([tmp_path], clock)
    watched.look()
    write(tmp_path, "p/1.json")
    os.utime(place, ns=(clock.now, clock.now))
    assert found(watched.look(), tmp_path) == {"p": ["1-summary.json", "1.json"]}
