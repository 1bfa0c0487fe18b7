"""Tests of the benchmarks: that they measure what they say."""

from __future__ import annotations
