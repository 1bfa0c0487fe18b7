"""Tests of the desk's server."""

from __future__ import annotations
