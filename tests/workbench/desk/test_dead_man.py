"""Who is told of a deployment that is late, silent or back, and how often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.desk.dead_man import GRAVITY, KNOWN, PAUSES, DeadMan, Word, span, standing_of
from workbench.desk.fleet.staleness import LATE, SILENT, Pulse, Standing
from workbench.desk.notes import Notes
from workbench.library.errors import LibraryError
from workbench.library.library import Library, open_library

EVERY = 60.0
BEGUN = datetime(2026, 11, 27, tzinfo=UTC)


class Address:
    """Takes words, or does not."""

    def __init__(self, name: str = "one") -> None:
        self.name = name
        self.words: list[str] = []
        self.works = True

    def send(self, title: str, text: str) -> bool:
        """Note a word."""
        assert text.endswith(".")
        if self.works:
            self.words.append(title)
        return self.works


class Night:
    """A desk through a night: deployments that are heard, and a dead man who listens.

    Args:
        library: Where notes are.
        addresses: Whom to tell.
    """

    def __init__(self, library: Library, *addresses: Address) -> None:
        self.library = library
        self.addresses = addresses
        self.now = BEGUN
        self.heard: dict[str, datetime] = {}
        self.restart()

    def restart(self) -> None:
        """The desk stops and starts."""
        notes = Notes(self.library.database)
        self.dead_man = DeadMan(self.pulses, notes, self.addresses, self.time, self.unix)

    def time(self) -> datetime:
        """What time it is."""
        return self.now

    def unix(self) -> float:
        """The same in seconds."""
        return self.now.timestamp()

    def pulses(self) -> Iterator[Pulse]:
        """When each was heard."""
        for name, time in self.heard.items():
            yield Pulse(name, time, EVERY)

    def go(self, seconds: float, *names: str, look: bool = True) -> None:
        """Let time pass, hear some at its end, and look."""
        self.now += timedelta(seconds=seconds)
        self.heard |= dict.fromkeys(names, self.now)
        if look:
            self.dead_man.look()


@pytest.fixture
def one() -> Address:
    """An address that works."""
    return Address()


@pytest.fixture
def night(tmp_path: Path, one: Address) -> Iterator[Night]:
    """A night in which A was heard."""
    with open_library(str(tmp_path / "library.db")) as library:
        found = Night(library, one)
        found.go(0, "A")
        yield found


def test_late_silent_and_back_are_told_once_each(night: Night, one: Address) -> None:
    """However often it is looked, and whatever the others do."""
    for _ in range(40):
        night.go(EVERY / 4, "B")
    assert one.words == ["A is late", "A is silent"]
    for _ in range(5):
        night.go(EVERY, "A", "B")
    assert one.words == ["A is late", "A is silent", "A is back"]


def test_what_is_heard_in_time_is_told_never(night: Night, one: Address) -> None:
    """A deployment at its own pace is no news."""
    for _ in range(20):
        night.go(LATE * EVERY, "A")
    assert one.words == []


def test_a_restart_tells_nothing_again(night: Night, one: Address) -> None:
    """What was told is noted; what is silent stays told."""
    night.go(SILENT * EVERY + 1)
    assert one.words == ["A is silent"]
    for _ in range(3):
        night.restart()
        night.go(EVERY)
    assert one.words == ["A is silent"]
    night.restart()
    night.go(1.0, "A")
    assert one.words == ["A is silent", "A is back"]


def test_a_desk_that_was_deaf_blames_nobody(night: Night, one: Address) -> None:
    """Time in which it did not listen makes nobody late; from its start on it counts."""
    night.go(36_000.0, look=False)
    night.restart()
    night.go(0.0)
    assert one.words == []
    night.go(LATE * EVERY + 1)
    night.go((SILENT - LATE) * EVERY)
    assert one.words == ["A is late", "A is silent"]


def test_an_old_deployment_is_no_news(night: Night, one: Address) -> None:
    """A store of last year that is watched for the first time frightens nobody."""
    night.heard["old"] = night.now - timedelta(seconds=KNOWN + 1)
    for _ in range(10):
        night.go(EVERY, "A")
    assert one.words == []
    night.go(1.0, "old", "A")
    assert one.words == ["old is back"]


def test_what_is_not_sent_is_sent_later(tmp_path: Path) -> None:
    """An address that fails is left alone for a while, ever longer, and the others are not."""
    good, bad = Address("good"), Address("bad")
    bad.works = False
    with open_library(str(tmp_path / "library.db")) as library:
        night = Night(library, bad, good)
        night.go(0, "A")
        night.go(LATE * EVERY + 1)
        assert (good.words, bad.words) == (["A is late"], [])
        bad.works = True
        night.go(PAUSES[0] / 2)
        assert bad.words == []
        night.go(PAUSES[0])
        assert (good.words, bad.words) == (["A is late"], ["A is late"])


def test_who_was_not_told_that_it_was_late_is_not_told_that_it_is_back(
    night: Night, one: Address
) -> None:
    """News that nobody had is no longer news."""
    one.works = False
    night.go(LATE * EVERY + 1)
    night.go(1.0, "A")
    one.works = True
    night.go(PAUSES[-1], "A")
    assert one.words == []


def test_a_library_that_fails_is_asked_again(
    night: Night, one: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dead man does not die of it."""

    def failing() -> Sequence[Pulse]:
        raise LibraryError("it fails")

    own, night.dead_man.pulses = night.dead_man.pulses, failing
    night.go(LATE * EVERY + 1)
    night.dead_man.pulses = own
    night.go(1.0)
    assert one.words == ["A is late"]


def test_it_looks_by_itself(night: Night, one: Address) -> None:
    """Its thread looks at once, and ends when it is told to."""
    night.go(LATE * EVERY + 1, look=False)
    night.restart()
    night.dead_man.start()
    night.dead_man.stop()
    assert night.dead_man._begun is not None


@given(st.floats(0, 1e7), st.floats(1, 1e5), st.sampled_from(Standing), st.floats(0, 1e7))
def test_the_rule(age: float, every: float, told: Standing, deaf: float) -> None:
    """In time is alive; else it becomes worse or stays, and deafness never makes it worse."""
    stands = standing_of(age, every, told, deaf=deaf)
    assert (stands is Standing.ALIVE) <= (age <= LATE * every or told is Standing.ALIVE)
    if age <= LATE * every:
        assert stands is Standing.ALIVE
    else:
        assert GRAVITY[stands] >= GRAVITY[told]
        assert standing_of(age, every, stands, deaf=deaf) is stands
        assert GRAVITY[stands] <= GRAVITY[standing_of(age, every, told, deaf=0.0)]


def test_words_say_how_long() -> None:
    """A word says the deployment and the times in units that suit them."""
    assert [span(each) for each in (5, 119, 120, 7_200, 200_000)] == [
        *("5 seconds", "119 seconds", "2 minutes", "2 hours", "2 days"),
    ]
    word = Word("A", Standing.SILENT, 7_200.0, 360.0)
    assert word.text == "It was heard 2 hours ago, and should be every 6 minutes."
