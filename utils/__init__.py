"""How the tracker touches the world: LEAN, and what puts the two together."""

from __future__ import annotations
