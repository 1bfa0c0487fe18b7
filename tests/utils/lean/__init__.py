"""Tests of the edge to LEAN."""

from __future__ import annotations
