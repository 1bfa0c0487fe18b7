"""What the core is fed: instruments and immutable events, checked once when they are built."""

from __future__ import annotations
