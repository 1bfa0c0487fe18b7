"""Threads share a few heaps; tried in a process of its own, for it cannot be undone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.desk.heaps import HEAPS

THREADS = 12

# What a process does whose threads all allocate at once, and what it tells: its heaps by glibc.
BUSY = """
import ctypes, sys, threading
from workbench.desk.heaps import share_heaps
if sys.argv[1] == "shared" and not share_heaps():
    raise SystemExit("not shared")
gate = threading.Barrier({threads})
def work():
    gate.wait()
    kept = [bytes(5_000) for _ in range(200)]
    gate.wait()
    del kept
threads = [threading.Thread(target=work) for _ in range({threads})]
for each in threads: each.start()
for each in threads: each.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[2].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


def has_glibc() -> bool:
    """Whether the C library names itself, as glibc alone does."""
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (AttributeError, ValueError):
        return False


pytestmark = pytest.mark.skipif(not has_glibc(), reason="only glibc has a heap for each thread")


def heaps(how: str, file: Path) -> int:
    """How many heaps a busy process has."""
    code = BUSY.format(threads=THREADS)
    subprocess.run((sys.executable, "-c", code, how, str(file)), check=True, timeout=60)
    return file.read_text().count("<heap nr=")


def test_threads_share_heaps(tmp_path: Path) -> None:
    """However many threads there are, no more heaps than asked; by itself glibc makes more."""
    assert heaps("shared", tmp_path / "shared.xml") <= HEAPS
    assert heaps("apart", tmp_path / "apart.xml") > HEAPS
