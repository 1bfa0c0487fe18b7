"""What the user is told of the tracker: log lines, alerts, messages and figures in LEAN."""

from __future__ import annotations
