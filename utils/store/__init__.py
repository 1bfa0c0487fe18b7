"""The object store: categories, quotas, checksums and saved states."""

from __future__ import annotations
