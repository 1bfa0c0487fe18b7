"""JSON as the desk writes it."""

from __future__ import annotations

import json
from typing import Any


def json_text(value: Any, indent: int | None = None) -> str:
    """Return the value as JSON; ValueError for a number JSON has not: NaN or an infinite one."""
    return json.dumps(value, indent=indent, allow_nan=False)
