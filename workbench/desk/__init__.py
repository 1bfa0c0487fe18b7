"""The desk's server: deployments, alive, and the library of runs, for browsers and programs."""

from __future__ import annotations
