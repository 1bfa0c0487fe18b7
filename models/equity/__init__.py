"""Equity over time: unit NAV, drawdown, sessions and LEAN's daily samples."""

from __future__ import annotations
