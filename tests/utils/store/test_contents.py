"""Contents: what can be stored becomes bytes, and the rest is refused."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from models.errors import CallError
from utils.store.contents import bytes_data, json_data, text_data


def test_what_can_be_stored_becomes_bytes() -> None:
    """Text is stored in UTF-8, bytes as they are, and JSON without needless spaces."""
    assert text_data("ä") == b"\xc3\xa4"
    assert bytes_data(bytearray(b"ab")) == bytes_data(memoryview(b"ab")) == b"ab"
    assert json_data({"ä": [1, None, "x"]}) == '{"ä":[1,null,"x"]}'.encode()


@pytest.mark.parametrize("value", ["\ud800", b"bytes", 5, None])
def test_what_is_no_text_is_refused(value: Any) -> None:
    """A lone surrogate has no UTF-8."""
    with pytest.raises(CallError, match="must be a text"):
        text_data(value)


@pytest.mark.parametrize("value", ["text", 5, None, [1, 2]])
def test_what_is_no_bytes_is_refused(value: Any) -> None:
    """A number is not taken for so many zeros."""
    with pytest.raises(CallError, match="must be bytes"):
        bytes_data(value)


@pytest.mark.parametrize("value", [nan, [inf], {1, 2}, object(), "\ud800", b"x"])
def test_what_json_cannot_say_is_refused(value: Any) -> None:
    """NaN, which Python would write and nobody else read, is refused as well."""
    with pytest.raises(CallError, match="must be what JSON can say"):
        json_data(value)


def test_a_value_within_itself_is_refused() -> None:
    """A list that contains itself has no end that JSON could say."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(CallError, match="must be what JSON can say"):
        json_data(endless)
