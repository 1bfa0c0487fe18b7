"""Tests of `workbench.frames`."""

from __future__ import annotations
