"""What an account shows at a `day` line: all of it, so that its parts are worth LEAN's sample.

A `day` line tells LEAN's equity alone. Where that moved since the last mark, a deposit, a rate or a
price did, which the tape tells with the next mark only, or never. An algorithm that looks at
midnight would find an equity that its balances and holdings do not add up to, as none ever does in
LEAN. What the next mark shows is taken early where it is worth the sample; else the move is given
to what may have moved: profits of futures and the like, foreign rates, prices, cash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from workbench.engine.state import AccountState, SecurityState

# Kinds that LEAN values by their profit, and kinds that are balances of cash.
MARGINED: Final = frozenset({"FUTURE", "CFD", "CRYPTO_FUTURE"})
BALANCES: Final = frozenset({"FOREX", "CRYPTO"})

# Equities that differ by less than this, in account currency, are the same.
SAME: Final = 1e-6

# The most that rates are taken to have moved, as a fraction.
RATES_MOVE: Final = 0.02


def worth(account: AccountState) -> float:
    """What the balances and holdings shown add up to, as LEAN adds them, account currency."""
    cash = sum(
        (balance.amount + account.unsettled[currency].amount) * balance.rate
        for currency, balance in account.cash.items()
    )
    return cash + sum(map(_value, account.securities.values()))


def _value(security: SecurityState) -> float:
    """What a holding adds to the balances."""
    kind = security.facts["kind"]
    if kind in MARGINED:
        return security.unrealized_profit - security.settled_profit
    return 0.0 if kind in BALANCES else security.holdings_value


def show_midnight(account: AccountState, coming: Mapping[str, Any] | None) -> None:
    """Have the account's parts add up to its equity, which a `day` line has just set.

    Args:
        account: The account.
        coming: The next mark line's fields where no order comes before it; else None.
    """
    missing = account.total_value - worth(account)
    if abs(missing) <= SAME:
        return
    if coming is not None and account.shows_early(coming, missing, SAME):
        return
    if not move(account, missing):
        account.cash[account.currency].amount += missing


def exposed(account: AccountState) -> float:
    """What is held in instruments, else abroad, account currency, for the size of a move."""
    held = sum(abs(security.holdings_value) for security in account.securities.values())
    return held or abs(worth(account) - _domestic(account))


def move(account: AccountState, money: float) -> bool:
    """Give a move of the equity to the first of what may have moved; False where nothing may."""
    return any(step(account, money) for step in (_move_profits, _move_rates, _move_prices))


def _held(account: AccountState, *, margined: bool) -> Iterator[SecurityState]:
    for security in account.securities.values():
        kind = security.facts["kind"]
        if security.quantity and kind not in BALANCES and (kind in MARGINED) is margined:
            yield security


def _move_profits(account: AccountState, missing: float) -> bool:
    """Give a move to the profits of futures and the like, by what they are worth."""
    held = list(_held(account, margined=True))
    sizes = [abs(security.holdings_value) or 1.0 for security in held]
    for security, size in zip(held, sizes, strict=True):
        security.unrealized_profit += missing * size / sum(sizes)
    return bool(held)


def _move_rates(account: AccountState, missing: float) -> bool:
    """Give a move to the foreign rates, where they may have moved so far."""
    foreign = worth(account) - _domestic(account)
    part = missing / foreign if foreign else RATES_MOVE + 1.0
    if abs(part) > RATES_MOVE:
        return False
    for currency, balance in account.cash.items():
        if currency != account.currency:
            balance.rate *= 1.0 + part
            account.unsettled[currency].rate = balance.rate
    for security in _held(account, margined=False):
        if security.facts["quote"] != account.currency:
            security.holdings_value *= 1.0 + part
    return True


def _domestic(account: AccountState) -> float:
    """What is worth the same whatever foreign rates do."""
    home = account.currency
    securities = account.securities.values()
    values = (_value(security) for security in securities if security.facts["quote"] == home)
    return account.cash[home].amount + account.unsettled[home].amount + sum(values)


def _move_prices(account: AccountState, missing: float) -> bool:
    """Give a move to the prices of what is held, each by the same fraction."""
    held = [security for security in _held(account, margined=False) if security.holdings_value]
    total = sum(abs(security.holdings_value) for security in held)
    for security in held:
        # what is short gains where prices fall
        part = missing / total * (1.0 if security.holdings_value > 0.0 else -1.0)
        security.price *= 1.0 + part
        security.holdings_value *= 1.0 + part
    return bool(held)
