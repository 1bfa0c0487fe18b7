"""What the tracker and its users keep in LEAN's object store."""

from __future__ import annotations

from utils.store.places import storage_at

__all__ = ["storage_at"]
