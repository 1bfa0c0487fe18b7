"""The tests of the library; those of its databases run in SQLite and in PostgreSQL."""

from __future__ import annotations
