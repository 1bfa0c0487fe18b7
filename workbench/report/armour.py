"""Bytes as a text of printable letters, for the inside of a page: 13 bits in two letters.

Base64 has 12 in two, which at a hundred thousand trades is a quarter of a megabyte more. None of
the letters means anything to HTML. `page/boot.js` reads it.
"""

from __future__ import annotations

import numpy as np

# What can be printed without a blank, without `<` and `&`, which HTML reads, and the backslash.
LETTERS = "".join(chr(code) for code in range(33, 127) if chr(code) not in "<&\\")
BITS = 13
BASE = len(LETTERS)


def armoured(content: bytes) -> str:
    """The bytes as letters."""
    bits = np.unpackbits(np.frombuffer(content, np.uint8))
    bits = np.pad(bits, (0, -bits.size % BITS)).reshape(-1, BITS)
    words = bits @ (1 << np.arange(BITS - 1, -1, -1))
    letters = np.frombuffer(LETTERS.encode(), np.uint8)
    pairs = np.stack((letters[words // BASE], letters[words % BASE]), axis=1)
    return str(pairs.tobytes(), "ascii")


def bare(text: str) -> bytes:
    """The bytes that `armoured` was given, with up to a byte of zeros behind them."""
    places = np.full(128, -1)
    places[np.frombuffer(LETTERS.encode(), np.uint8)] = np.arange(BASE)
    pairs = places[np.frombuffer(text.encode("ascii"), np.uint8)].reshape(-1, 2)
    words = pairs[:, 0] * BASE + pairs[:, 1]
    bits = (words[:, np.newaxis] >> np.arange(BITS - 1, -1, -1)) & 1
    return np.packbits(bits.astype(np.uint8).ravel()[: bits.size // 8 * 8]).tobytes()
