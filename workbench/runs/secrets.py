"""Which parameters may hold secrets: their values are read into nothing."""

from __future__ import annotations

# A parameter whose name has one of these words is nobody's business.
SECRET = (
    *("password", "passphrase", "token", "secret", "key", "username", "notify", "credential"),
    *("webhook", "telegram", "email", "auth", "tracker_desk"),
)


def is_secret(name: str) -> bool:
    """Whether the value of a parameter of that name may be a secret."""
    return any(word in name.lower() for word in SECRET)
