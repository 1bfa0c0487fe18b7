"""What reads LEAN's objects and turns them into the events that `models` books."""

from __future__ import annotations
