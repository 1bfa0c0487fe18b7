"""Tests of the recorded engine."""

from __future__ import annotations
