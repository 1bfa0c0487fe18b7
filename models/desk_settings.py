"""The live desk's address and token, as the settings give them."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

# What a token is made of; the desk makes them of 43 characters.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{16,512}=*")
LOOPBACK_NAME = "localhost"


def read_desk(text: str) -> str:
    """The address of a desk without a slash at its end; empty for none.

    Raises:
        ValueError: It is no https address, nor an http one of this machine, or holds more than a
            host, a port and a path: a name and password, a query or a fragment.
    """
    if not text:
        return ""
    parts = urlsplit(text)
    host = parts.hostname or ""
    secure = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
    plain = text.isascii() and text.isprintable() and " " not in text
    port = parts.port  # raises ValueError where it is none
    if not (secure and host and plain and port != 0) or "@" in parts.netloc:
        raise ValueError(text)
    if "?" in text or "#" in text:
        raise ValueError(text)
    return text.rstrip("/")


def read_desk_token(text: str) -> str:
    """A token of the desk; empty for none.

    Raises:
        ValueError: It is too short, or has a character that no token has.
    """
    if text and not _TOKEN.fullmatch(text):
        raise ValueError(text)
    return text


def _is_loopback(host: str) -> bool:
    if host == LOOPBACK_NAME:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
