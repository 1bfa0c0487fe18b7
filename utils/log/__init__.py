"""The structured log: its events, its entries, and what LEAN is told of them."""

from __future__ import annotations
