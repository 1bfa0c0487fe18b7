"""Chunks: the object store gets the whole log, a piece at a time."""

from __future__ import annotations

import json

import pytest

from tests.utils.log.logs import logger


def test_the_store_gets_the_whole_log_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """All entries arrive as lines of JSON, whatever LEAN was told, a chunk at a time."""
    monkeypatch.setattr("utils.log.chunks.CHUNK_SIZE", 1_000)
    chunks: list[str] = []
    log, _ = logger(budget=0, store=chunks.append)
    for number in range(50):
        log.emit("x", number=number)
    log.flush()
    assert len(chunks) > 1
    assert all(1_000 <= len(chunk) < 1_300 for chunk in chunks)
    log.close()
    lines = "".join(chunks).splitlines()
    assert [json.loads(line)["fields"]["number"] for line in lines] == list(range(50))


def test_the_store_is_not_asked_for_nothing() -> None:
    """Saving when nothing is new writes nothing."""
    chunks: list[str] = []
    log, _ = logger(store=chunks.append)
    log.emit("x")
    log.flush()
    log.save()
    log.save()
    log.close()
    assert len(chunks) == 1
