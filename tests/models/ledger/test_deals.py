"""Deals: what a fill costs in LEAN's cash, and the cash of an exercise that delivers nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.ledger.deals import cash_settlement, fee_in_cash

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
COIN = Instrument("B", "BTCUSD", SecurityType.CRYPTO, "USD", base="BTC")
PAIR = Instrument("E", "EURUSD", SecurityType.FOREX, "USD", base="EUR")


@pytest.mark.parametrize(
    ("instrument", "quantity", "currency", "charged"),
    [
        (COIN, 1.0, "BTC", (50.0, "USD")),
        (COIN, -1.0, "BTC", (0.5, "BTC")),
        (COIN, 1.0, "USD", (0.5, "USD")),
        (PAIR, 1.0, "EUR", (0.5, "EUR")),
    ],
)
def test_only_a_coin_that_is_bought_pays_its_fee_in_quote_cash(
    instrument: Instrument, quantity: float, currency: str, charged: tuple[float, str]
) -> None:
    """LEAN charges a fee in coins at the fill price to the quote currency; any other as it is."""
    fill = Fill(NOON, 1, 1, instrument.sid, quantity, 100.0, 0.5, currency)
    assert fee_in_cash(fill, instrument) == charged


@pytest.mark.parametrize(
    ("quantity", "message", "cash"),
    [
        (-2.0, "Automatic Exercise. Underlying: 4210.0000", 2000.0),
        (2.0, "Assigned. Underlying: 4210.0000", -2000.0),
        (-2.0, "OTM. Underlying: 4190.0000", 0.0),
        (-2.0, "Automatic Exercise", None),
    ],
)
def test_an_index_option_settles_at_its_intrinsic_value(
    quantity: float, message: str, cash: float | None
) -> None:
    """Its holder is paid and its writer pays; without the underlying's price nobody knows what."""
    option = Instrument(
        "O", "SPX", SecurityType.INDEX_OPTION, "USD", 100.0, strike=4200.0, right="CALL"
    )
    fill = Fill(NOON, 1, 1, "O", quantity, 0.0, message=message)
    assert cash_settlement(fill, option) == cash
