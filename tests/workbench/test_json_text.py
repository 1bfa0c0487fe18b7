"""JSON as the desk writes it."""

from __future__ import annotations

import pytest

from workbench.json_text import json_text


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_json_has_not_is_an_error(number: float) -> None:
    """NaN and the infinite are refused rather than written."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text({"equity": [number]})


def test_json_text_is_one_line_unless_indented() -> None:
    """A row is one line; a summary can be laid out."""
    assert json_text({"a": [1.5, None]}) == '{"a": [1.5, null]}'
    assert json_text({"a": 1}, indent=2) == '{\n  "a": 1\n}'
