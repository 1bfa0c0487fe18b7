"""Tests of the live page."""

from __future__ import annotations
