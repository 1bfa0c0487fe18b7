"""The commands of the desk's command line."""

from __future__ import annotations
