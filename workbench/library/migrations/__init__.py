"""The migrations of the library, in Alembic's form; they run when a library is opened."""

from __future__ import annotations
