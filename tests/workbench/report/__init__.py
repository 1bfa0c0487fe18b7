"""Tests of the report."""

from __future__ import annotations
