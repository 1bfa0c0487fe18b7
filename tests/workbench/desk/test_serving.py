"""Where the desk may listen, and a real server on loopback with real clients."""

from __future__ import annotations

import asyncio
import json
import logging
import socket as sockets
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from logging.config import dictConfig
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from workbench.desk import socket
from workbench.desk.app import make_app
from workbench.desk.desk import Desk, utc_now
from workbench.desk.gate import LOOPBACK
from workbench.desk.routes import Scope
from workbench.desk.secrets import new_secret
from workbench.desk.serving import (
    Place,
    ServingError,
    bound,
    check_place,
    is_loopback,
    logging_of,
    server_of,
)
from workbench.desk.stream import Stream
from workbench.library.library import Library

# --- where it may listen


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost", "LOCALHOST"])
def test_the_machine_itself_is_reached_in_plain_text(host: str) -> None:
    """Nobody else hears it."""
    assert is_loopback(host)
    check_place(Place(host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "desk.example.org", "", "1.1"])
def test_others_are_not_served_in_plain_text(host: str) -> None:
    """The error says what is needed."""
    assert not is_loopback(host)
    with pytest.raises(ServingError, match=r"--tls-cert and --tls-key, or --behind-proxy"):
        check_place(Place(host, names=("desk.example.org",)))


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place(behind_proxy=True), "--name"),
        (Place("0.0.0.0", behind_proxy=True), "--name"),
        (Place(certificate=Path("a")), "both files"),
        (Place(key=Path("a")), "both files"),
        (Place(names=("*",)), "no name of a host"),
        (Place(names=("https://desk.example.org",)), "no name of a host"),
        (Place(certificate=Path("absent.pem"), key=Path("absent.pem")), "no certificate"),
    ],
)
def test_what_does_not_fit_together_is_refused(place: Place, words: str) -> None:
    """Each with what is right."""
    with pytest.raises(ServingError, match=words):
        check_place(place)


def test_behind_a_proxy_browsers_use_its_name() -> None:
    """By HTTPS, whatever the desk itself speaks."""
    place = Place("0.0.0.0", 80, ("Desk.example.org",), behind_proxy=True)
    check_place(place)
    gate = place.gate(80)
    assert gate.hosts == LOOPBACK | {"desk.example.org"}
    assert gate.secure
    assert place.address(80) == "https://Desk.example.org/"


def test_an_address_is_that_of_the_host() -> None:
    """In brackets where it is of IPv6; everywhere is no name."""
    assert Place().address(9) == "http://127.0.0.1:9/"
    assert Place("::1").address(9) == "http://[::1]:9/"
    assert Place("::1").gate(9).admits("[::1]:9")
    assert "0.0.0.0" not in Place("0.0.0.0", names=("a.b",), behind_proxy=True).gate(9).hosts


def test_a_port_that_is_taken_is_told() -> None:
    """With the option that names another one."""
    with bound(Place(port=0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServingError, match=rf"port {port}: .* --port"):
            bound(Place(port=port))


# --- a server on loopback


class Served:
    """A desk that is served, and what it logs.

    Args:
        desk: The desk.
        port: Its port.
        log: What it logged, line by line.
    """

    def __init__(self, desk: Desk, port: int, log: list[str]) -> None:
        self.desk = desk
        self.address = f"http://127.0.0.1:{port}"
        self.stream = f"ws://127.0.0.1:{port}/api/v1/stream"
        self.port = port
        self.log = log

    def token(self, scope: Scope = Scope.READ) -> str:
        """A new token."""
        return self.desk.tokens.make("a", scope).secret


class Lines(logging.Handler):
    """Keeps what the desk writes to its log, as it writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(self.format(record))


@contextmanager
def kept_log(lines: Lines) -> Iterator[None]:
    """What the desk's loggers say is kept; afterwards they are as they were."""
    config = dict(logging_of(verbose=True))
    loggers = [logging.getLogger(name) for name in config["loggers"]]
    before = [(each, each.level, each.propagate, [*each.handlers]) for each in loggers]
    dictConfig(config)
    lines.setFormatter(logging.getLogger("tracker.desk").handlers[0].formatter)
    for logger in loggers:
        if logger.handlers:
            logger.handlers = [lines]
    try:
        yield
    finally:
        for logger, level, propagate, handlers in before:
            logger.setLevel(level)
            logger.propagate, logger.handlers = propagate, handlers


@contextmanager
def serving(library: Library, place: Place, **more: Any) -> Iterator[Served]:
    """A server, on a thread, at a port that is free."""
    listener, lines = bound(place), Lines()
    port = listener.getsockname()[1]
    desk = Desk(library, gate=place.gate(port), **more)
    server = server_of(make_app(desk), place, verbose=True)
    thread = threading.Thread(target=server.run, args=([listener],))
    with kept_log(lines):
        thread.start()
        try:
            yield Served(desk, port, lines.lines)
        finally:
            server.should_exit = True
            thread.join()
            listener.close()


@pytest.fixture
def served(library: Library) -> Iterator[Served]:
    """A server with a stream whose numbers begin at 1."""
    stream = Stream(lambda topics: dict.fromkeys(topics, "now"), first=1)
    with serving(library, Place(port=0), stream=stream) as running:
        yield running


def test_a_browser_logs_in_and_hears_what_happens(served: Served) -> None:
    """From the code to the fill, over a real connection."""
    with httpx.Client(base_url=served.address) as client:
        assert client.get("/healthz").status_code == 200
        code = served.desk.tokens.make_code().secret
        headers = {"Origin": served.address}
        assert client.post("/api/v1/session", json={"code": code}, headers=headers).is_success
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())

    async def hear() -> list[dict[str, Any]]:
        headers = {"Cookie": cookies}
        async with websockets.connect(
            served.stream,
            origin=served.address,  # type: ignore[arg-type]
            additional_headers=headers,
        ) as opened:
            heard = [json.loads(await opened.recv())]
            await opened.send('{"subscribe": ["a"]}')
            heard.append(json.loads(await opened.recv()))
            await asyncio.to_thread(served.desk.stream.publish, "a", "fill", {"n": 1}, utc_now())
            heard.append(json.loads(await opened.recv()))
            return heard

    hello, reset, fill = asyncio.run(hear())
    assert (hello["type"], reset["data"], fill["data"]) == ("hello", {"a": "now"}, {"n": 1})


def test_a_server_logs_no_secret(served: Served) -> None:
    """Good ones and wrong ones, in headers, bodies, cookies, addresses and sockets."""
    good, wrong = served.token(Scope.ADMIN), new_secret().text
    code = served.desk.tokens.make_code().secret
    with httpx.Client(base_url=served.address) as client:
        for secret in (good, wrong):
            client.get("/metrics", headers={"Authorization": f"Bearer {secret}"})
            client.get(f"/api/v1/session?token={secret}")
            client.get(f"/{secret}", headers={"Cookie": f"tracker_desk={secret}"})
            client.get("/metrics", headers={"Host": secret})
        client.post("/api/v1/session", json={"code": code})
        client.post("/api/v1/session", json={"code": code})

    async def connect(address: str, said: str) -> None:
        async with websockets.connect(address) as opened:
            await opened.send(json.dumps({"auth": said}))
            await opened.recv()

    for address, said in ((f"{served.stream}?token={good}", ""), (served.stream, wrong)):
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            asyncio.run(connect(address, said))
    asyncio.run(connect(served.stream, good))
    log = "\n".join(served.log)
    assert log.count("refused") >= 6
    assert "GET /metrics 200" in log
    for secret in (good, wrong, code):
        assert secret.split("_", 2)[2] not in log
    assert "token=" not in log


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}]
)
def test_a_foreign_socket_gets_no_further_than_its_request(
    served: Served, headers: dict[str, str]
) -> None:
    """The handshake is answered with 403."""

    async def connect() -> None:
        async with websockets.connect(served.stream, additional_headers=headers):
            pass

    if "Host" in headers:
        raw = raw_answer(served.port, upgrade(host="evil.example"))
        assert raw.startswith(b"HTTP/1.1 403")
        return
    with pytest.raises(InvalidStatus) as refused:
        asyncio.run(connect())
    assert refused.value.response.status_code == 403


def upgrade(host: str) -> bytes:
    """The request that opens a socket."""
    lines = (
        "GET /api/v1/stream HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    )
    return "\r\n".join((*lines, "", "")).encode()


def raw_answer(port: int, request: bytes) -> bytes:
    """The beginning of what a server answers to bytes."""
    with sockets.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        return connection.recv(4_096)


def test_requests_that_two_servers_would_read_differently_are_refused(served: Served) -> None:
    """Two hosts, none, another in the address, and a length beside chunks."""
    host = f"Host: 127.0.0.1:{served.port}\r\n".encode()
    chunked = b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    for request, status in (
        (b"GET /healthz HTTP/1.1\r\n" + host + b"Host: evil\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/1.0\r\n\r\n", b"421"),
        (b"GET http://evil/healthz HTTP/1.1\r\nHost: evil\r\n\r\n", b"421"),
        (b"GET /healthz HTTP/1.1\r\n" + host + b"\r\n", b"200"),
    ):
        found = raw_answer(served.port, request).split(b" ", 2)[1]
        assert found == status
    answered = raw_answer(served.port, b"POST /api/v1/session HTTP/1.1\r\n" + host + chunked)
    assert answered.split(b" ", 2)[1] in (b"400", b"422")


def test_headers_without_end_are_not_read_to_it(served: Served) -> None:
    """The connection ends, whether or not the client still hears why."""
    with sockets.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        with pytest.raises(ConnectionError):
            connection.sendall(b"X-More: and more\r\n" * 1_000_000)


def test_a_forwarded_header_changes_nothing(served: Served) -> None:
    """Anybody can send one, and the desk asks none of them who calls or by which name."""
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Proto": "https",
    }
    assert httpx.get(f"{served.address}/healthz", headers=headers).is_success
    assert not any("6.6.6.6" in line for line in served.log)


def test_a_client_that_takes_nothing_is_sent_away(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others hear everything meanwhile, and what it missed is there when it comes back."""
    monkeypatch.setattr(socket, "SEND_SECONDS", 0.3)
    token, large = served.token(), {"text": "x" * 60_000}
    count = 200

    async def hear(after: int) -> list[int]:
        async with websockets.connect(served.stream, max_size=None) as opened:
            await opened.send(json.dumps({"auth": token}))
            await opened.recv()
            await opened.send(json.dumps({"subscribe": ["a"], "after": after}))
            return [json.loads(await opened.recv())["seq"] for _ in range(count - after)]

    with sockets.socket() as stuck:
        stuck.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4_096)
        stuck.connect(("127.0.0.1", served.port))
        stuck.sendall(upgrade(f"127.0.0.1:{served.port}"))
        assert stuck.recv(4_096).startswith(b"HTTP/1.1 101")
        stuck.sendall(framed({"auth": token}) + framed({"subscribe": ["a"], "after": 0}))
        assert wait_until(lambda: served.desk.stream.listeners == 1)
        for _ in range(count):
            served.desk.stream.publish("a", "fill", large, utc_now())
        assert asyncio.run(hear(0)) == [*range(1, count + 1)]
        assert wait_until(lambda: served.desk.stream.listeners == 0)
    assert asyncio.run(hear(7)) == [*range(8, count + 1)]


def framed(said: dict[str, Any]) -> bytes:
    """A client's text in a frame of the protocol, masked with zeros."""
    text = json.dumps(said).encode()
    assert len(text) < 126
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text


def wait_until(holds: Any, seconds: float = 20.0) -> bool:
    """Whether something comes to hold."""
    ticks = threading.Event()
    for _ in range(int(seconds * 100)):
        if holds():
            return True
        ticks.wait(0.01)
    return False


def test_a_message_that_is_too_long_closes(served: Served) -> None:
    """The desk does not read it to its end."""

    async def say() -> int:
        async with websockets.connect(served.stream) as opened:
            await opened.send(json.dumps({"auth": served.token()}))
            await opened.recv()
            await opened.send("x" * 70_000)
            try:
                await opened.recv()
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 0
            return -1

    assert asyncio.run(say()) == 1009


def test_https_is_spoken_with_a_certificate(library: Library, tmp_path: Path) -> None:
    """And plain text is not; the cookie is kept to it."""
    certificate, key = certificate_of(tmp_path)
    place = Place(port=0, certificate=certificate, key=key)
    check_place(place)
    with serving(library, place) as running:
        trusted = ssl.create_default_context(cafile=str(certificate))
        address = f"https://127.0.0.1:{running.port}"
        with httpx.Client(base_url=address, verify=trusted) as client:
            assert "strict-transport-security" in client.get("/healthz").headers
            code = running.desk.tokens.make_code().secret
            answer = client.post("/api/v1/session", json={"code": code})
            assert answer.headers["set-cookie"].startswith("__Host-")
            assert "Secure" in answer.headers["set-cookie"]
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{running.address}/healthz")


def certificate_of(folder: Path) -> tuple[Path, Path]:
    """A certificate of this machine for itself, by OpenSSL."""
    import shutil
    import subprocess

    program = shutil.which("openssl")
    if program is None:
        pytest.skip("needs the program openssl")
    certificate, key = folder / "desk.pem", folder / "desk.key"
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=desk", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([program, *words, *names, *files], check=True, capture_output=True)
    return certificate, key
