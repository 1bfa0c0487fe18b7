"""Serving: where the desk listens, what that demands, and the server itself.

It listens to this machine alone, unless what comes from others is encrypted.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from models.errors import CallError
from workbench.desk.gate import LOOPBACK, Gate
from workbench.desk.heaps import share_heaps
from workbench.desk.socket import LONGEST_MESSAGE

HOST = "127.0.0.1"
PORT = 8765
EVERYWHERE = frozenset({"0.0.0.0", "::"})
MOST_CONNECTIONS = 2_000
MOST_HEADERS = 32_768  # bytes of a request's headers
IDLE_SECONDS = 30  # that a connection is kept for the next request
GOODBYE_SECONDS = 3  # that requests have when the desk ends
PING_SECONDS = 20.0
# For which a thread may compute while others wait: each message to a socket lets the others run,
# and with Python's own 0.005 s one that reads a digest holds up the next message for as long.
SWITCH_SECONDS = 0.0005


class ServingError(CallError):
    """The desk cannot listen so; the text says what it needs."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the desk listens.

    Attributes:
        host: The address or name of this machine to listen at.
        port: The port; 0 for any that is free.
        names: Further names that the desk is called by.
        behind_proxy: Whether browsers reach it through a proxy that speaks HTTPS.
        certificate: The file of a certificate in PEM, where it speaks HTTPS itself.
        key: The file of its key.
    """

    host: str = HOST
    port: int = PORT
    names: tuple[str, ...] = ()
    behind_proxy: bool = False
    certificate: Path | None = None
    key: Path | None = None

    @property
    def encrypts(self) -> bool:
        """Whether the desk speaks HTTPS itself."""
        return self.certificate is not None

    def gate(self, port: int) -> Gate:
        """What is let in, at the port it listens to."""
        own = set() if self.host in EVERYWHERE else {_in_url(self.host)}
        names = {name.lower() for name in self.names}
        return Gate(LOOPBACK | own | names, self.encrypts or self.behind_proxy, port)

    def address(self, port: int) -> str:
        """What to open in a browser."""
        if self.behind_proxy:
            return f"https://{self.names[0]}/"
        fallback = HOST if self.host in EVERYWHERE else _in_url(self.host)
        name = self.names[0] if self.names else fallback
        return f"{'https' if self.encrypts else 'http'}://{name}:{port}/"


def _in_url(host: str) -> str:
    return f"[{host}]".lower() if ":" in host else host.lower()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_place(place: Place) -> None:
    """Look whether the desk may listen there.

    Raises:
        ServingError: Others could read what it says, or it would not know its own name.
    """
    if (place.certificate is None) != (place.key is None):
        raise ServingError("HTTPS needs both files: --tls-cert and --tls-key")
    if not (is_loopback(place.host) or place.encrypts or place.behind_proxy):
        raise ServingError(
            f"{place.host} can be reached from other machines, and tokens would go there in plain "
            "text: give --tls-cert and --tls-key, or --behind-proxy where a proxy speaks HTTPS"
        )
    gate = Gate(frozenset(name.lower() for name in place.names))
    for name in place.names:
        if not gate.admits(name):
            raise ServingError(f"{name!r} is no name of a host: give it as desk.example.org")
    if not place.names and (place.behind_proxy or place.host in EVERYWHERE):
        raise ServingError("give --name, the host in the address that browsers open")
    if place.certificate is not None and place.key is not None:
        _check_files(place.certificate, place.key)


def _check_files(certificate: Path, key: Path) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, _no_password)
    except (OSError, ValueError) as error:
        raise ServingError(
            f"{certificate} and {key} are no certificate and its key without a password: {error}"
        ) from error


def _no_password() -> str:
    raise ServingError("the key of --tls-key has a password, which nobody can type: remove it")


def bound(place: Place) -> socket.socket:
    """A socket that listens there.

    Raises:
        ServingError: It is in use, or not of this machine.
    """
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
        # it listens at once, so that a browser that is opened now waits for the server
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise ServingError(
            f"the desk cannot listen at {place.host} port {place.port}: {error.strerror}; "
            "--port names another one"
        ) from error


def logging_of(verbose: bool) -> Mapping[str, Any]:
    """How the desk logs: to the standard error, without secrets.

    uvicorn names every URL of a socket with its query, so only its warnings are logged.

    Args:
        verbose: Whether each request is logged.
    """
    quiet = {"level": "WARNING", "handlers": ["stderr"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {
                "()": "workbench.desk.secrets.RedactingFormatter",
                "format": "%(asctime)s %(levelname)s %(message)s",
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
        "loggers": {
            "uvicorn": quiet,
            "uvicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
            "tracker.desk": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
            "tracker.desk.access": {"level": "INFO" if verbose else "WARNING"},
        },
    }


def server_of(app: ASGIApp, place: Place, verbose: bool = False) -> uvicorn.Server:
    """The server, to be run with the socket of `bound`."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="websockets-sansio",
        ws_max_size=LONGEST_MESSAGE,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=dict(logging_of(verbose)),
        log_level=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
        h11_max_incomplete_event_size=MOST_HEADERS,
        ssl_certfile=place.certificate,
        ssl_keyfile=place.key,
    )
    return uvicorn.Server(config)


def run(app: ASGIApp, place: Place, listener: socket.socket, verbose: bool = False) -> None:
    """Serve until the user ends it with Ctrl-C, or a signal does."""
    sys.setswitchinterval(SWITCH_SECONDS)
    share_heaps()
    try:
        server_of(app, place, verbose).run(sockets=[listener])
    except KeyboardInterrupt:
        logging.getLogger("tracker.desk").info("the desk ends")
    finally:
        listener.close()
