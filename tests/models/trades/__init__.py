"""Tests of trades."""

from __future__ import annotations
