"""One migration a module. A migration is never changed once it was released."""

from __future__ import annotations
