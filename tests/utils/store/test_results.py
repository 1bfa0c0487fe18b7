"""The results of saves."""

from __future__ import annotations

from utils.store.results import SaveReason, SaveResult


def test_a_result_says_whether_it_was_saved() -> None:
    """Only one reason means that an object was saved."""
    assert [reason for reason in SaveReason if SaveResult(reason).saved] == [SaveReason.SAVED]
