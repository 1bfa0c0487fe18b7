"""Every recording against LEAN's own results and the law of the ledger."""

from __future__ import annotations
