"""Files of others, read with care: only regular ones, and never more than a limit of bytes."""

from __future__ import annotations

import errno
import gzip
import os
import stat
import zlib
from pathlib import Path
from typing import BinaryIO

# The most bytes that are read of a file, or of what it unpacks to; LEAN's stores are of 50 MB.
MOST_READ = 200_000_000


def opened(path: Path) -> BinaryIO:
    """Open a file to read; OSError where it is none, or no regular one: a pipe, a device."""
    # a pipe that nobody writes to would otherwise wait forever to be opened
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file = os.fdopen(number, "rb") if _is_regular(number) else None
    if file is None:
        os.close(number)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return file


def _is_regular(number: int) -> bool:
    return stat.S_ISREG(os.fstat(number).st_mode)


def read_all(path: Path, most: int = MOST_READ) -> bytes:
    """The bytes of a file; OSError where it cannot be read, or has more than that many."""
    with opened(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(path))
    return data


def read_unpacked(path: Path, most: int = MOST_READ) -> bytes:
    """The bytes that a gzip file unpacks to; OSError where it is damaged or unpacks to more."""
    try:
        with opened(path) as file, gzip.GzipFile(fileobj=file) as unpacked:
            data = unpacked.read(most + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise OSError(errno.EINVAL, f"it is damaged ({error})", str(path)) from error
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it unpacks to more than {most:,} bytes", str(path))
    return data
