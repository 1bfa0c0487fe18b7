"""Files of others: what is read of them, and what is refused."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from workbench.engine.files import opened, read_all, read_unpacked


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    """As it is, or unpacked."""
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert read_all(path, 3) == b"abc"
    path.write_bytes(gzip.compress(b"abc") + gzip.compress(b"def"))
    assert read_unpacked(path, 6) == b"abcdef"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(gzip.compress(b"abcd"), "unpacks to more than 3 bytes", id="longer"),
        pytest.param(
            gzip.compress(bytes(10_000_000)), "unpacks to more than 3 bytes", id="much longer"
        ),
        pytest.param(gzip.compress(b"abc")[:-3], "it is damaged", id="cut"),
        pytest.param(gzip.compress(b"abc")[:-9] + b"xxxxxxxxx", "it is damaged", id="another end"),
        (b"hello", "it is damaged"),
    ],
)
def test_what_does_not_unpack_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    """Too much, cut short, changed, or no gzip file at all."""
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(OSError, match=why):
        read_unpacked(path, 3)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """Without reading it."""
    (tmp_path / "a").write_bytes(b"abcd")
    with pytest.raises(OSError, match="more than 3 bytes"):
        read_all(tmp_path / "a", 3)


def test_only_a_regular_file_is_opened(tmp_path: Path) -> None:
    """Not a pipe, for which one would wait, nor a device, nor a folder."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match="no regular file"):
            opened(path)
