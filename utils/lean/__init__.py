"""The edge to LEAN: the only code that reads LEAN's objects."""

from __future__ import annotations
