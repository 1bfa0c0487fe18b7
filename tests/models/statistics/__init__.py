"""Tests of the portfolio statistics."""

from __future__ import annotations
