"""The performance tracker of a LEAN algorithm as one package; `track` is all that wires it in."""

from __future__ import annotations

from models import __version__
from utils.tracking import track

__all__ = ["__version__", "track"]
