"""Words that leave the desk: a web hook hears them, and no log shows where it is."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from workbench.desk.notifying import AddressError, addresses_of


class Hook(BaseHTTPRequestHandler):
    """Takes what is posted."""

    heard: ClassVar[list[tuple[str, dict[str, str]]]] = []
    status = 200

    def do_POST(self) -> None:
        """Take it."""
        size = int(self.headers["Content-Length"])
        self.heard.append((self.path, json.loads(self.rfile.read(size))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """A web hook that listens."""
    Hook.heard.clear()
    Hook.status = 200
    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_web_hook_hears_it(port: int) -> None:
    """What is sent arrives; the same address twice is one."""
    url = f"json://user:secret@127.0.0.1:{port}/hook"
    (address,) = addresses_of([url, url])
    assert address.send("A is late", "It was heard 2 minutes ago.")
    ((path, told),) = Hook.heard
    assert (path, told["title"], told["message"]) == (
        "/hook",
        "A is late",
        "It was heard 2 minutes ago.",
    )


def test_a_failure_shows_no_secret(port: int, caplog: pytest.LogCaptureFixture) -> None:
    """What a hook refuses was not sent, and nothing of its address is logged or in its name."""
    Hook.status = 500
    with caplog.at_level(logging.DEBUG):
        (address,) = addresses_of([f"json://user:secret@127.0.0.1:{port}/hook"])
        assert not address.send("A is late", "x")
    assert "secret" not in address.name
    told = [each for each in caplog.records if each.name.startswith(("apprise", "tracker"))]
    assert not [each for each in told if "secret" in each.getMessage()]


@pytest.mark.parametrize("given", ["secret", "nothing-such://user:secret@host", ""])
def test_what_is_no_address_is_refused(given: str) -> None:
    """The error says what is allowed, and shows no more than how the address begins."""
    with pytest.raises(AddressError, match="Apprise knows") as refused:
        addresses_of([given])
    assert "secret" not in str(refused.value)
