"""Contents: texts, bytes and JSON values as the bytes that are stored."""

from __future__ import annotations

import json
from typing import Any

from models.errors import CallError


def text_data(value: str) -> bytes:
    """Return a text in UTF-8.

    Raises:
        CallError: It is no text, or has lone surrogates, which UTF-8 cannot encode.
    """
    try:
        return value.encode()
    except (AttributeError, UnicodeEncodeError) as problem:
        raise CallError(f"it must be a text without lone surrogates: {problem}") from None


def bytes_data(value: bytes | bytearray | memoryview) -> bytes:
    """Return the bytes of whatever holds bytes.

    Raises:
        CallError: It holds no bytes.
    """
    try:
        return memoryview(value).tobytes()
    except TypeError as problem:
        raise CallError(f"it must be bytes: {problem}") from None


def json_data(value: Any) -> bytes:
    """Return a value as compact JSON in UTF-8.

    Raises:
        CallError: JSON cannot say it; NaN and infinities are of that kind.
    """
    try:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
        return text.encode()
    except (TypeError, ValueError, RecursionError) as problem:
        raise CallError(f"it must be what JSON can say: {problem}") from None
