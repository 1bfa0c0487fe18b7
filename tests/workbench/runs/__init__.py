"""Tests of `workbench.runs`."""

from __future__ import annotations
