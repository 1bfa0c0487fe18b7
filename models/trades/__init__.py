"""Closed and open trades: their records, their log, their statistics, and LEAN's own."""

from __future__ import annotations
