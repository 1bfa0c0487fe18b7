"""What the desk's server answers of the runs of the library."""

from __future__ import annotations
