"""Tests of equity, drawdown and sessions."""

from __future__ import annotations
