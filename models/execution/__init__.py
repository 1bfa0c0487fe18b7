"""Execution quality: what orders cost against the prices they arrived at."""

from __future__ import annotations
