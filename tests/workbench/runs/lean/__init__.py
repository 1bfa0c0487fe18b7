"""Tests of `workbench.runs.lean`."""

from __future__ import annotations
