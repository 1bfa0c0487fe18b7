"""Replays of recorded runs, their files, and states that runs have saved."""

from __future__ import annotations
