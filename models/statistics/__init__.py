"""Statistics of the portfolio: our own on unit NAV, and LEAN's with LEAN's definitions."""

from __future__ import annotations
