"""Local runs, followed by the files that LEAN and the tracker write."""

from __future__ import annotations
