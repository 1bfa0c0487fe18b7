"""Bytes as letters that mean nothing to a page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.report.armour import LETTERS, armoured, bare


@given(st.binary(max_size=300))
def test_bytes_come_back(content: bytes) -> None:
    """What was armoured is what is bared, with at most a byte behind it."""
    found = bare(armoured(content))
    assert found[: len(content)] == content
    assert len(found) - len(content) <= 1


@given(st.binary(max_size=300))
def test_no_letter_means_anything_to_html(content: bytes) -> None:
    """No text of it can end a script, begin a comment or be an entity."""
    assert set(armoured(content)) <= set(LETTERS)
    assert not set("<&\\ \n\0") & set(LETTERS)
