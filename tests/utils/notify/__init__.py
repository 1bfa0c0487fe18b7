"""Tests of what is told."""

from __future__ import annotations
