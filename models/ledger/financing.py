"""Financing: who bears the interest or funding that LEAN books without an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.events.instruments import Instrument
from models.ledger.accounts import Account
from models.ledger.lean_account import Holding

# The most that funding or interest is taken to move at once, as a part of what is held: exchanges
# cap a funding rate at 3 % an interval at the very most, and usual rates, as a day of interest, are
# hundredths of a percent. Larger cash is the flow that it looks like.
MOST_FINANCING = 0.03

# When LEAN asks the broker for its cash in live trading, every day.
CASH_SYNC, CASH_SYNC_ZONE = (7, 45), "America/New_York"
DAY = timedelta(days=1)


class Stake(NamedTuple):
    """A strategy's part in what holding an instrument may cost or bring.

    Attributes:
        strategy: The strategy's name.
        sid: The instrument's Symbol ID.
        size: Absolute value of LEAN's net holding, P&L currency.
        share: Its signed quantity over the net one.
    """

    strategy: str
    sid: str
    size: float
    share: float


def stakes(holdings: Iterable[Holding], accounts: Iterable[Account]) -> list[Stake]:
    """Who holds what bears interest or funding now."""
    bearing = [held for held in holdings if held.quantity and held.instrument.bears_interest]
    if not bearing:
        return []
    strategies = list(accounts)
    return [
        Stake(
            account.name,
            held.instrument.sid,
            abs(held.quantity * held.unit_value) * held.instrument.multiplier,
            account.open[held.instrument.sid].quantity / held.quantity,
        )
        for held in bearing
        for account in strategies
        if held.instrument.sid in account.open
    ]


def synced_between(last: datetime, now: datetime) -> bool:
    """Whether LEAN took over the broker's cash between two marks: it brings what is no financing.

    Args:
        last: UTC of the one before.
        now: UTC of this one.
    """
    if now - last >= DAY:
        return True
    hour, minute = CASH_SYNC
    sync = now.astimezone(ZoneInfo(CASH_SYNC_ZONE)).replace(
        hour=hour, minute=minute, second=0, microsecond=0
    )
    return last < sync <= now or last < sync - DAY <= now


def borne(
    held: Sequence[Stake], instruments: Mapping[str, Instrument], rates: Mapping[str, float]
) -> float:
    """The value of everything that bears interest or funding, account currency."""
    sizes = {stake.sid: stake.size * rates[instruments[stake.sid].currency] for stake in held}
    return sum(sizes.values())


def bearers(
    held: Sequence[Stake], instruments: Mapping[str, Instrument], currency: str
) -> list[tuple[Stake, float]]:
    """Who pays or receives the funding or interest that moved cash in a currency.

    Args:
        held: The stakes when LEAN's scan ran.
        instruments: By sid.
        currency: Where the cash moved. Instruments with their P&L in it bear it. When there are
            none, all others do but crypto futures, whose funding is paid in that currency only.

    Returns:
        (stake, part of the cash) with parts that sum to 1: instruments by their value, strategies
        in each by signed quantity. Empty when nobody does.
    """
    same = [stake for stake in held if instruments[stake.sid].currency == currency]
    chosen = same or [stake for stake in held if not instruments[stake.sid].rules.own_funding]
    total = sum({stake.sid: stake.size for stake in chosen}.values())
    if not total:
        return []
    return [(stake, stake.size / total * stake.share) for stake in chosen]
