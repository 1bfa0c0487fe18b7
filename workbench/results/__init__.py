"""What LEAN's own results tell at the desk."""

from __future__ import annotations
