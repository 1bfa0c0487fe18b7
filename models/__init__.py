"""What the numbers mean: pure Python, no LEAN, no files, no clock."""

from __future__ import annotations
