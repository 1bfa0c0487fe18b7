"""Where LEAN's open orders would be read: it stands in for `utils/lean/open_orders.py`.

They are taken up by a run that goes on from another, which none does in LEAN's free tier.
"""

from __future__ import annotations

from models.ledger.open_orders import FoundOrder


class OpenOrderReader:
    """Reads nothing; as of the class that it stands in for."""

    def __init__(self, _transactions: object, _core: object, _securities: object) -> None:
        """Take what the other takes."""

    def taken_up(self) -> list[FoundOrder]:
        """No order was open before."""
        return []
