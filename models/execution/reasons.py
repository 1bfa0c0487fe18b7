"""The reasons of rejected and cancelled orders, without ids and figures so that they add up."""

from __future__ import annotations

import re

REASON_LENGTH = 80
_PREFIX = re.compile(r"^Order Error: ids: \[[^\]]*\],? *")
_FIGURE = re.compile(r"-?\d[\d.,:/]*")


def plain_reason(message: str) -> str:
    """What a message says of every order alike: no ids, no figures, no details in brackets."""
    text = _PREFIX.sub("", message)
    text = text.partition(" (")[0].strip() or text
    return _FIGURE.sub("#", text)[:REASON_LENGTH] or "no reason given"
