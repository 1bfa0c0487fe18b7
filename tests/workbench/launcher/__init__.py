"""The launcher of LEAN itself."""

from __future__ import annotations
