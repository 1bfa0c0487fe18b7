"""Tests of replays."""

from __future__ import annotations
