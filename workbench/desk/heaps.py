"""The heaps of the process: how many of them its threads share."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

HEAPS: Final = 2
_M_ARENA_MAX: Final = -8  # the parameter of glibc's `mallopt` that bounds them


def share_heaps(most: int = HEAPS) -> bool:
    """Let all threads share a few heaps, from now on.

    glibc gives nearly each thread that allocates a heap of its own and keeps what was freed there.
    A desk answers on many threads, each with a little at a time, so its memory grew with every
    burst that woke more of them than ever before.

    Args:
        most: How many heaps there are at most.

    Returns:
        Whether they are shared; other C libraries than glibc have no such heaps.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_M_ARENA_MAX, most))
