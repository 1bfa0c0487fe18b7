"""Tests of structures."""

from __future__ import annotations
