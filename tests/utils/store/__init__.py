"""Tests of the object store and saved states."""

from __future__ import annotations
