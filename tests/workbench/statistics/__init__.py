"""Tests of the statistics' JSON and tables."""

from __future__ import annotations
