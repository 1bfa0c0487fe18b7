"""Every statistic of a run as JSON and as tables."""

from __future__ import annotations
