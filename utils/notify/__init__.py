"""What is told of the tracker: log lines, alerts and figures on LEAN's screen."""

from __future__ import annotations
