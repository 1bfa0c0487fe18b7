"""The parts of the structured log."""

from __future__ import annotations
