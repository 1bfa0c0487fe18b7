"""Tests of `workbench.certainty`."""

from __future__ import annotations
