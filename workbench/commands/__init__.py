"""The commands of `python -m workbench`, one a module."""

from __future__ import annotations
