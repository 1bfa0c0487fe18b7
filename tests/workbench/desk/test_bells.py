"""Bells: they ring once for all messages of a moment, and only for their own topics."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

from workbench.desk.bells import Bell, Bells
from workbench.desk.stream import Stream

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def publish(stream: Stream, topic: str, times: int = 1) -> None:
    """Publish on another thread."""

    def tell() -> None:
        for _ in range(times):
            stream.publish(topic, "fill", {}, NOW)

    thread = threading.Thread(target=tell)
    thread.start()
    thread.join()


def bell(topic: str) -> Bell:
    """A bell of one topic."""
    made = Bell()
    made.topics = frozenset({topic})
    return made


async def _ring_once() -> None:
    stream = Stream(dict.fromkeys)
    calls: list[object] = []
    loop = asyncio.get_running_loop()
    bells, one, other = Bells(stream, loop), bell("a"), bell("b")
    rung = loop.call_soon_threadsafe

    def counted(callback: object, *given: object) -> object:
        calls.append(callback)
        return rung(callback, *given)  # type: ignore[arg-type]

    loop.call_soon_threadsafe = counted  # type: ignore[method-assign, assignment]
    bells.add(one)
    bells.add(other)
    assert stream.listeners == 1
    publish(stream, "a", times=100)
    await asyncio.wait_for(one.rings(), 30.0)
    assert len(calls) == 1
    publish(stream, "b")
    await asyncio.wait_for(other.rings(), 30.0)
    one.hush()
    publish(stream, "b")
    publish(stream, "nobody's")
    other.hush()
    await asyncio.wait_for(other.rings(), 30.0)
    waits = asyncio.create_task(one.rings())
    await asyncio.sleep(0)
    assert not waits.done()
    publish(stream, "a")
    await asyncio.wait_for(waits, 30.0)
    bells.remove(one)
    assert stream.listeners == 1
    bells.remove(other)
    assert (stream.listeners, len(bells)) == (0, 0)


def test_a_bell_rings_once_for_all_of_a_moment() -> None:
    """For its own topics; whoever publishes wakes the loop once."""
    asyncio.run(_ring_once())
