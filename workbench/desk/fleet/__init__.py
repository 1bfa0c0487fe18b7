"""The deployments that trade now, as far as the desk has heard of them, kept in the library."""

from __future__ import annotations
