"""Tests of the tracker's parts."""

from __future__ import annotations
