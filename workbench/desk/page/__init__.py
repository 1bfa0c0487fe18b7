"""The live page: what a browser is given, and the routes that give it."""

from __future__ import annotations
