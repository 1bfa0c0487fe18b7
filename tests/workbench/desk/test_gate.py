"""The gate: which names are the desk's, and which pages are its own."""

from __future__ import annotations

import pytest

from workbench.desk.gate import LOOPBACK, Gate

PROXIED = Gate(LOOPBACK | {"desk.example.org"}, secure=True, port=8765)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8765", "localhost:9", "LOCALHOST", "[::1]:8765", "[::1]"]
)
def test_the_names_of_the_machine_are_its_own(host: str) -> None:
    """With any port, for one may be forwarded."""
    assert Gate().admits(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8765",
        "localhost.evil.example",
        "localhost.",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "localhost:8765@evil.example",
        "localhost:",
        "localhost:8765:1",
        "localhost/",
        "localhost #",
        "127.0.0.2",
        "0.0.0.0",
        "::1",
        "[::1",
        "[::ffff:127.0.0.1]",
        "desk.example.org",
        "loc\u0430lhost",
    ],
)
def test_other_names_are_not(host: str) -> None:
    """A name that only looks like it, begins or ends like it, is refused."""
    assert not Gate().admits(host)


def test_a_name_can_be_added() -> None:
    """It is not case that tells names apart."""
    assert PROXIED.admits("Desk.Example.org")
    assert not PROXIED.admits("x.desk.example.org")


def test_only_the_page_at_the_called_address_is_its_own() -> None:
    """Scheme, name and port must be those of the request."""
    gate = Gate()
    assert gate.is_own("http://127.0.0.1:8765", "127.0.0.1:8765")
    for origin in (
        "null",
        "",
        "http://127.0.0.1",
        "http://127.0.0.1:3000",
        "https://127.0.0.1:8765",
        "http://localhost:8765",
        "http://127.0.0.1:8765/",
        "http://127.0.0.1:8765.evil.example",
        "file://",
    ):
        assert not gate.is_own(origin, "127.0.0.1:8765")
    assert PROXIED.is_own("https://desk.example.org", "desk.example.org")
    assert not PROXIED.is_own("http://desk.example.org", "desk.example.org")


def test_https_binds_cookie_and_browser_to_it() -> None:
    """The cookie's prefix and HSTS are for HTTPS alone; desks of one machine keep theirs apart."""
    assert (Gate().cookie, Gate(port=9).cookie) == ("tracker_desk", "tracker_desk_9")
    assert PROXIED.cookie == "__Host-tracker_desk_8765"
    assert "Strict-Transport-Security" in PROXIED.headers
    assert "Strict-Transport-Security" not in Gate().headers
