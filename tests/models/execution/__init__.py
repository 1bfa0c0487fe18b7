"""Tests of execution quality."""

from __future__ import annotations
