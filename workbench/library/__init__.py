"""The library: every run that was imported, with what the user says of it, in one database."""

from __future__ import annotations
