"""JSON as the desk writes it."""

from __future__ import annotations

import json
from typing import Any

DELETE = "\x7f"  # the one control character that JSON leaves as it is


def json_text(value: Any, indent: int | None = None) -> str:
    """Return the value as JSON; ValueError for a number JSON has not: NaN or an infinite one.

    No character of it acts on a terminal: what is not plain ASCII is written as JSON's escapes.
    """
    text = json.dumps(value, indent=indent, allow_nan=False)
    return text.replace(DELETE, "\\u007f")
