"""The stamp: an exported file's first line."""

from __future__ import annotations

import pytest

from workbench.bundle.stamp import Stamp, Writer, read_stamp, without_stamp, writer

CONTENT = b'"""A module."""\n\nx = 1\n'


@pytest.mark.parametrize("commit", ["", "0123456789ab", "0123456789ab+"])
def test_a_stamp_reads_back(commit: str) -> None:
    """Version, commit and tier are found again, and under them the content to the byte."""
    stamp = Stamp("0.2.0", commit, "free")
    stamped = stamp.on(CONTENT)
    assert stamped.startswith(b"# LEAN performance tracker 0.2.0")
    assert read_stamp(stamped) == stamp
    assert without_stamp(stamped) == CONTENT


def test_a_changed_file_is_the_users() -> None:
    """An export's file is known until somebody changes it; how lines end is no change."""
    stamped = Stamp("0.2.0", "", "free").on(CONTENT)
    assert writer(stamped) is Writer.EXPORT
    assert writer(stamped.replace(b"\n", b"\r\n")) is Writer.EXPORT
    assert writer(stamped + b"y = 2\n") is Writer.USER
    assert writer(CONTENT) is Writer.STRANGER


def test_a_file_without_a_stamp_has_none() -> None:
    """What no export wrote has neither version nor commit, and is left as it is."""
    assert read_stamp(CONTENT) is None
    assert without_stamp(CONTENT) == CONTENT
