"""A run as tables for other tools: pandas, Polars, Arrow, and files in CSV, Parquet and Arrow."""

from __future__ import annotations

from workbench.frames.frames import Frames, frames
from workbench.frames.packages import MissingPackageError
from workbench.frames.tables import TABLES

__all__ = ["TABLES", "Frames", "MissingPackageError", "frames"]
