"""The ledger: whose every cent is, and why the account is worth what it is worth."""

from __future__ import annotations
