"""Tests of `workbench.results`."""

from __future__ import annotations
