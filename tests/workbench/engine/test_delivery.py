"""Delivery: on which thread a hook runs, who waits for it, and how its reads are counted."""

from __future__ import annotations

import threading

import pytest

from workbench.engine.delivery import DirectDelivery, HookLog, ThreadedDelivery, delivery
from workbench.engine.reads import LeanObject, ReadMeter

PATIENCE = 10.0


def test_without_threads_a_hook_runs_on_the_callers() -> None:
    """At once, and what it raises is raised."""
    ran: list[int] = []
    way = delivery(threads=0, overlap=False)
    assert isinstance(way, DirectDelivery)
    way.run("data", lambda: ran.append(threading.get_ident()))
    assert ran == [threading.get_ident()]
    with pytest.raises(ZeroDivisionError):
        way.run("data", lambda: 1 // 0)
    way.settle()
    way.close()


def test_each_lane_has_a_thread_of_its_own() -> None:
    """The same one for all hooks of the lane, another for other lanes."""
    ran: dict[str, set[int]] = {"order 0": set(), "order 1": set(), "data": set()}
    way = ThreadedDelivery(overlap=False)
    for lane in (*ran, *ran):
        way.run(lane, lambda lane=lane: ran[lane].add(threading.get_ident()))  # type: ignore[misc]
    way.close()
    assert {len(threads) for threads in ran.values()} == {1}
    assert len(set.union(*ran.values(), {threading.get_ident()})) == 4


def test_a_hook_is_waited_for() -> None:
    """Without overlap it is done when `run` returns, and raises there."""
    done = threading.Event()
    way = ThreadedDelivery(overlap=False)
    way.run("data", done.set)
    assert done.is_set()
    with pytest.raises(ZeroDivisionError):
        way.run("data", lambda: 1 // 0)
    way.close()


def test_overlapping_hooks_run_at_the_same_time() -> None:
    """Two lanes meet at a barrier that neither passes alone."""
    meet = threading.Barrier(2)
    way = ThreadedDelivery(overlap=True)
    way.run("order 0", lambda: meet.wait(PATIENCE))
    way.run("data", lambda: meet.wait(PATIENCE))
    way.settle()
    way.close()
    assert not meet.broken


def test_a_lane_runs_its_hooks_in_order() -> None:
    """Overlapping or not, a hook waits for the one before it in its lane."""
    ran: list[int] = []
    way = ThreadedDelivery(overlap=True)
    for number in range(50):
        way.run("data", lambda number=number: ran.append(number))  # type: ignore[misc]
    way.settle()
    way.close()
    assert ran == list(range(50))


def test_an_overlapping_hooks_error_comes_later() -> None:
    """It is raised when its lane is needed again or all is settled, and once."""
    way = ThreadedDelivery(overlap=True)
    way.run("data", lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        way.run("data", lambda: None)
    way.run("data", lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        way.settle()
    way.settle()
    way.close()


def test_reads_are_noted_for_each_call() -> None:
    """By kind, in order, also of a call that raises."""
    meter = ReadMeter()
    thing = LeanObject(meter)
    log = HookLog(meter)

    def read(times: int) -> None:
        for _ in range(times):
            meter.read(thing, "member")
        if times == 3:
            raise ZeroDivisionError

    log.counted("on_data", lambda: read(2))()
    log.counted("on_data", lambda: read(0))()
    log.counted("initialize", lambda: read(1))()
    with pytest.raises(ZeroDivisionError):
        log.counted("on_data", lambda: read(3))()
    assert log.reads == {"on_data": [2, 0, 3], "initialize": [1]}


def test_reads_of_hooks_that_overlap_are_kept_apart() -> None:
    """A call counts what its own thread reads."""
    meter = ReadMeter()
    thing = LeanObject(meter)
    log = HookLog(meter)
    meet = threading.Barrier(2)

    def read(times: int) -> None:
        meet.wait(PATIENCE)
        for _ in range(times):
            meter.read(thing, "member")
        meet.wait(PATIENCE)

    way = ThreadedDelivery(overlap=True)
    way.run("order 0", log.counted("on_order_event", lambda: read(1000)))
    way.run("data", log.counted("on_data", lambda: read(10)))
    way.settle()
    way.close()
    assert log.reads == {"on_order_event": [1000], "on_data": [10]}
    assert meter.total == 1010
