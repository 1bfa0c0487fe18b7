"""Secrets of the desk: how they look, how they are kept, and that no log shows one.

A secret is `tdesk_`, an id and 256 random bits. The id says which row of the library's table is
meant; of the whole a SHA-256 is kept, which is as good as a slow hash for 256 random bits.
"""

from __future__ import annotations

import hmac
import logging
import re
import secrets
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import unquote_plus

PREFIX = "tdesk_"
ID_BYTES = 8
SECRET_BYTES = 32

FORM = re.compile(rf"{PREFIX}([0-9a-f]{{{2 * ID_BYTES}}})_[A-Za-z0-9_-]{{43}}", re.ASCII)
# What looks like one, whole or not, as it may stand in a text.
SEEN = re.compile(rf"{PREFIX}[\w-]*|(?<=[Bb]earer )\S+", re.ASCII)
SHOWN = f"{PREFIX}***"
ROUNDS = 3  # how often a URL may have been quoted


class Secret(NamedTuple):
    """A new secret.

    Attributes:
        id: What it is called by; anybody may see it.
        text: The whole, which is shown once.
    """

    id: str
    text: str


def new_secret() -> Secret:
    """A secret of 256 random bits."""
    name = secrets.token_hex(ID_BYTES)
    return Secret(name, f"{PREFIX}{name}_{secrets.token_urlsafe(SECRET_BYTES)}")


def id_in(text: str) -> str | None:
    """The id in a secret; None where the text is none."""
    found = FORM.fullmatch(text)
    return found[1] if found else None


def hash_of(text: str) -> str:
    """What is kept of a secret."""
    return sha256(text.encode()).hexdigest()


def is_of(text: str, kept: str) -> bool:
    """Whether a secret is the one that this was kept of; it takes the same time for every other."""
    return hmac.compare_digest(hash_of(text), kept)


def redacted(text: str) -> str:
    """The text without any secret in it."""
    return SEEN.sub(SHOWN, text)


def has_secret(address: str) -> bool:
    """Whether a part of a URL holds a secret, however often it was quoted."""
    for _ in range(ROUNDS):
        if PREFIX in address.lower():
            return True
        address = unquote_plus(address)
    return PREFIX in address.lower()


class RedactingFormatter(logging.Formatter):
    """Writes lines of a log, tracebacks among them, without the secrets of the desk."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return redacted(super().format(record))
