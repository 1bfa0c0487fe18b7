"""Captures: what is logged within a block is collected."""

from __future__ import annotations

from tests.utils.log.logs import fail, logger


def test_capture_collects_what_is_logged_inside() -> None:
    """Entries from before and after are not collected, and LEAN is told as ever."""
    log, lean = logger()
    log.emit("before")
    with log.capture() as entries:
        log.emit("inside", a=1)
    log.emit("after")
    log.flush()
    assert [made.text() for made in entries] == ["inside a=1"]
    assert len(lean.told) == 3


def test_a_silent_capture_writes_nowhere() -> None:
    """Neither LEAN nor the store gets what is captured in silence; it is not left out either."""
    chunks: list[str] = []
    log, lean = logger(store=chunks.append)
    with log.capture(silent=True) as entries:
        log.emit("inside")
    log.close()
    assert [made.event for made in entries] == ["inside"]
    assert (lean.told, chunks, log.used, log.left_out) == ([], [], 0, {})


def test_captures_nest_and_end_with_their_block() -> None:
    """Each capture collects its own block, also one that raises."""
    log, lean = logger()
    with log.capture() as outer:
        try:
            with log.capture(silent=True) as inner:
                log.emit("x")
                fail()
        except OSError:
            log.emit("y")
    log.emit("z")
    log.flush()
    assert [made.event for made in inner] == ["x"]
    assert [made.event for made in outer] == ["x", "y"]
    assert [text for _, text in lean.told] == ["y #2", "z #3"]
