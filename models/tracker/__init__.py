"""The tracker's parts: the core that books events, listeners, saved states, trading by hand."""

from __future__ import annotations
