"""Tests of what follows local runs."""

from __future__ import annotations
