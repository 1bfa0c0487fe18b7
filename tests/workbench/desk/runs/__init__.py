"""Tests of what the desk's server answers of runs."""

from __future__ import annotations
