"""Structures: the legs of one trade, opened and closed together, as one record."""

from __future__ import annotations
