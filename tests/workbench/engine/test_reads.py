"""Counting reads: what is one read, who counts, and who may watch."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from workbench.engine.enums import OrderStatus
from workbench.engine.reads import (
    LeanObject,
    ReadMeter,
    lean_call,
    lean_members,
    lean_read,
    observed,
    tell_of_hook,
)


class Lamp(LeanObject):
    """A thing with one member of each kind."""

    __slots__ = ("_lit",)

    def __init__(self, meter: ReadMeter) -> None:
        super().__init__(meter)
        self._lit = False

    @lean_read
    def lit(self) -> bool:
        """Whether it is on."""
        return self._lit

    @lean_call
    def switch(self, on: bool) -> str:
        """Turn it on or off."""
        self._lit = on
        return f"{on}"


class RedLamp(Lamp):
    """A kind of it that adds nothing."""

    __slots__ = ()


class Notes:
    """An observer that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def hook(self, kind: str) -> None:
        """Note the hook."""
        self.told.append(kind)

    def read(self, owner: object, member: str, arguments: tuple[object, ...]) -> None:
        """Note the member and what it was given."""
        self.told.append((member, *arguments))


def test_an_attribute_is_one_read() -> None:
    """Every look at a member counts, with its value given back."""
    meter = ReadMeter()
    lamp = Lamp(meter)
    assert not lamp.lit
    assert not lamp.lit
    assert meter.total == 2


def test_a_method_is_one_read() -> None:
    """A method's look-up and its call are one read together, and looking it up is none."""
    meter = ReadMeter()
    lamp = Lamp(meter)
    switch: Callable[..., str] = lamp.switch
    assert meter.total == 0
    assert switch(on=True) == "True"
    assert lamp.lit
    assert meter.total == 2


def test_a_member_cannot_be_assigned() -> None:
    """LEAN's objects are read-only, and take no attributes of others."""
    lamp = Lamp(ReadMeter())
    with pytest.raises(AttributeError, match=r"Lamp\.lit is read-only"):
        lamp.lit = True
    with pytest.raises(AttributeError):
        lamp.own = 1  # type: ignore[attr-defined]


def test_a_member_of_the_class_is_no_read() -> None:
    """Looking at the class finds the member and its documentation."""
    assert Lamp.lit.__doc__ == "Whether it is on."
    assert Lamp.switch.__doc__ == "Turn it on or off."


def test_no_read_of_any_thread_is_lost() -> None:
    """The total is the sum over threads, while each thread knows its own."""
    meter = ReadMeter()
    lamp = Lamp(meter)
    own: list[int] = []

    def read() -> None:
        for _ in range(5_000):
            assert not lamp.lit
        own.append(meter.of_this_thread)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert meter.total == 20_000
    assert meter.of_this_thread == 0
    assert max(own) >= 5_000


def test_a_watcher_sees_every_read() -> None:
    """Watchers are told the object and the member, all of them, before the value is given."""
    meter = ReadMeter()
    lamp = Lamp(meter)
    seen: list[tuple[LeanObject, str]] = []
    names: list[str] = []
    meter.watch(lambda owner, member: seen.append((owner, member)))
    meter.watch(lambda _, member: names.append(member))
    lamp.switch(on=lamp.lit)
    assert seen == [(lamp, "lit"), (lamp, "switch")]
    assert names == ["lit", "switch"]


def test_a_read_raises_what_its_watcher_raises() -> None:
    """A watcher can make a read fail; the read is counted all the same."""
    meter = ReadMeter()

    def fail(owner: LeanObject, member: str) -> None:
        raise ZeroDivisionError(member)

    meter.watch(fail)
    with pytest.raises(ZeroDivisionError, match="lit"):
        _ = Lamp(meter).lit
    assert meter.total == 1


def test_an_observer_is_told_of_hooks_reads_and_conversions() -> None:
    """It hears of each with what a call was given, of any engine, and only within its context."""
    notes, lamp = Notes(), Lamp(ReadMeter())
    lamp.switch(False)
    with observed(notes):
        tell_of_hook("on_data")
        lamp.switch(not lamp.lit)
        tell_of_hook("")
        assert int(OrderStatus.FILLED) == 3
    assert lamp.lit
    assert notes.told == ["on_data", ("lit",), ("switch", True), "", ("__int__",)]


def test_the_members_of_all_recorded_classes_are_known() -> None:
    """Attributes and calls are listed under each class that has them, what is inherited too."""
    members = set(lean_members())
    assert {("Lamp", "lit"), ("Lamp", "switch")} <= members
    assert {("RedLamp", "lit"), ("RedLamp", "switch")} <= members
    assert ("Lamp", "_lit") not in members
