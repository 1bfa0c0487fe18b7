"""Where the desk sends words to: web hooks, e-mail and whatever else Apprise knows."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from hashlib import sha256

from apprise import Apprise

from models.errors import CallError

LOG = logging.getLogger("tracker.desk")
DIGITS = 12  # of the hash that an address is known by


class AddressError(CallError):
    """An address for notifications is none; the text does not show its secrets."""

    def __init__(self, given: str) -> None:
        kind = given.partition("://")[0] if "://" in given else "an address without ://"
        super().__init__(
            f"{kind[:20]!r} does not begin an address that Apprise knows: give one such as "
            "json://HOST/PATH, mailtos://USER:PASSWORD@HOST or ntfys://TOPIC"
        )


class AppriseAddress:
    """One address.

    Args:
        url: As Apprise has it. Its secrets are in no log, no error and no name.

    Raises:
        AddressError: Apprise does not know such a one.
    """

    def __init__(self, url: str) -> None:
        # what Apprise says of a failure may show the address
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        self._sender = Apprise()
        if not self._sender.add(url):
            raise AddressError(url)
        self.name = sha256(url.encode()).hexdigest()[:DIGITS]

    def send(self, title: str, text: str) -> bool:
        """Send something; returns whether it went."""
        return bool(self._sender.notify(body=text, title=title))


def addresses_of(urls: Sequence[str]) -> list[AppriseAddress]:
    """The addresses of some URLs, each once.

    Raises:
        AddressError: One is none.
    """
    return [AppriseAddress(url) for url in dict.fromkeys(urls)]
