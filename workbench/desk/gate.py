"""The gate: by which names the desk is called, and how it is reached."""

from __future__ import annotations

import re
from dataclasses import dataclass

# The names of this machine for itself. A browser that was led here by another name (DNS rebinding)
# sends that name.
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::[0-9]{1,5})?", re.ASCII)
YEAR = 31_536_000  # seconds


@dataclass(frozen=True, slots=True)
class Gate:
    """How the desk is reached.

    Attributes:
        hosts: The names that a request may call it by, in lower case and without a port.
        secure: Whether browsers reach it by HTTPS, its own or a proxy's.
        port: The port that it listens at, or 0; desks of one machine share a browser's cookies.
    """

    hosts: frozenset[str] = LOOPBACK
    secure: bool = False
    port: int = 0

    @property
    def scheme(self) -> str:
        """How its addresses begin."""
        return "https" if self.secure else "http"

    @property
    def cookie(self) -> str:
        """The name of the cookie; with `__Host-` no other host can set it, which HTTPS allows."""
        name = f"tracker_desk_{self.port}" if self.port else "tracker_desk"
        return f"__Host-{name}" if self.secure else name

    def admits(self, host: str) -> bool:
        """Whether a header `Host` is the desk's."""
        found = HOST.fullmatch(host.lower())
        return found is not None and found[1] in self.hosts

    def is_own(self, origin: str, host: str) -> bool:
        """Whether a header `Origin` is that of the desk's own page, called by this `Host`."""
        return origin.lower() == f"{self.scheme}://{host.lower()}"

    @property
    def headers(self) -> dict[str, str]:
        """What every answer says to browsers."""
        hsts = {"Strict-Transport-Security": f"max-age={YEAR}"} if self.secure else {}
        return {**HEADERS, **hsts}


HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
