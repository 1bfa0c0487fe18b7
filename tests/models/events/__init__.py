"""Tests of the events."""

from __future__ import annotations
