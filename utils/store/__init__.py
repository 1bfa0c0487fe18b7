"""What the tracker and its users keep in LEAN's object store."""

from __future__ import annotations
