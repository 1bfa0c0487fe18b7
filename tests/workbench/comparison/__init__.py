"""Tests of `workbench.comparison`."""

from __future__ import annotations
