"""Digests that are posted: what is taken, and what is refused with which status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.workbench.desk.fleet.asking import Client
from tests.workbench.desk.fleet.senders import BEGUN, digest_of, fill_row, state_row
from workbench.desk.desk import Desk
from workbench.desk.digest import MOST_BYTES, Digest
from workbench.desk.routes import Scope
from workbench.library.library import open_library

NOON = BEGUN + timedelta(hours=4)


class Posting:
    """Posts to a desk as a live run does.

    Args:
        desk: The desk.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.client = Client(desk, Scope.INGEST)

    def post(self, body: Any, name: str = "rotation", token: str | None = None) -> httpx.Response:
        """The response to a body; a digest is sent as its JSON."""
        content = json.dumps(body.to_dict()) if isinstance(body, Digest) else body
        return self.client("POST", f"/ingest/v1/{name}", token, content=content)


@pytest.fixture
def posting(tmp_path: Path) -> Iterator[Posting]:
    """A desk of which nobody has heard."""
    with open_library(str(tmp_path / "library.db")) as library:
        yield Posting(Desk(library, clock=lambda: NOON))


def test_a_digest_is_taken_once(posting: Posting) -> None:
    """The same again is answered, and changes nothing."""
    digest = digest_of(fills=(fill_row(1, BEGUN),))
    first, again = posting.post(digest), posting.post(digest)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == {"outcome": "taken", "new": 1, "counts": True, "revision": 1}
    assert again.json() == {"outcome": "known", "new": 0, "counts": False, "revision": 1}
    assert posting.desk.fleet.deployment("rotation", NOON)["state"] == digest.state


def test_the_stream_hears_of_a_digest(posting: Posting) -> None:
    """What was kept is told to those who listen."""
    posting.post(digest_of(fills=(fill_row(1, BEGUN),)))
    stream = posting.desk.stream
    taken = stream.take({"deployment/rotation"}, stream.oldest)
    assert [json.loads(each.text)["type"] for each in taken.messages] == ["fill", "mark"]


def test_other_content_is_a_conflict(posting: Posting) -> None:
    """The first digest is kept, and so is the first fill."""
    posting.post(digest_of(fills=(fill_row(1, BEGUN),)))
    other = posting.post(digest_of(state=state_row(BEGUN, 1.0)))
    fill = posting.post(digest_of(2, fills=(fill_row(1, BEGUN, price=5.0),)))
    assert (other.status_code, fill.status_code) == (409, 409)
    assert other.headers["content-type"] == "application/problem+json"
    shown = posting.desk.fleet.deployment("rotation", NOON)
    assert (shown["state"]["equity"], shown["last_fills"][0]["price"]) == (1_002.0, 101.0)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (413, b"x" * (MOST_BYTES + 1), "bytes"),
        (422, b"x", "no JSON"),
        (422, replace(digest_of(), left_out=1), "sha"),
        (422, digest_of(deployment="other"), "was posted for rotation"),
        (422, digest_of(sent=NOON + timedelta(days=2)), "set the clock"),
    ],
)
def test_what_is_no_digest_of_it_is_refused(
    posting: Posting, status: int, body: Any, said: str
) -> None:
    """With a problem that says why; nothing of it is kept."""
    refused = posting.post(body)
    assert refused.status_code == status
    assert said in refused.json()["detail"]
    assert posting.desk.fleet.deployments(NOON) == []


def test_only_who_may_ingest_may_post(posting: Posting) -> None:
    """A token that reads may not, and nobody may without one."""
    read = posting.desk.tokens.make("page", Scope.READ).secret
    assert posting.post(digest_of(), token=read).status_code == 403
    assert posting.post(digest_of(), token="wrong").status_code == 401
    assert posting.desk.fleet.deployments(NOON) == []
