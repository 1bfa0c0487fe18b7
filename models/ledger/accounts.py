"""Accounts: what one strategy made and holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.codec import NUMBER, TEXT, Codec, list_of, listed_values
from models.events.instruments import Instrument
from models.fields import PART, Field, Restoring, Table, saved_value
from models.ledger.lots import Match
from models.ledger.positions import Position
from models.ledger.terms import BALANCES, TERMS_ROW, Balance, Terms


class Account:
    """What one strategy made and holds: its terms, its cash by currency, its positions.

    Args:
        name: The strategy's name.
        home: The account currency, whose rate is 1: cash in it needs no exchange.

    Attributes:
        terms: What it earned, term by term.
        cash: Its cash in the account currency.
        balances: Currency -> its cash, that in the account currency among it.
        positions: Symbol ID -> what it holds or held.
        open: Symbol ID -> the position, where there is a quantity.
        open_pnl: P&L of the open positions at the last mark, account currency.
    """

    __slots__ = ("balances", "cash", "home", "name", "open", "open_pnl", "positions", "terms")

    def __init__(self, name: str, home: str) -> None:
        self.name = name
        self.home = home
        self.terms = Terms()
        self.cash = Balance(1.0)
        self.balances: dict[str, Balance] = {home: self.cash}
        self.positions: dict[str, Position] = {}
        self.open: dict[str, Position] = {}
        self.open_pnl = 0.0

    def position(self, instrument: Instrument) -> Position:
        """The position in an instrument, made when there was none."""
        found = self.positions.get(instrument.sid)
        if found is None:
            found = self.positions[instrument.sid] = Position(self.name, instrument)
        return found

    def balance(self, currency: str, rate: float) -> Balance:
        """The cash in a currency, made when there was none."""
        found = self.balances.get(currency)
        if found is None:
            found = self.balances[currency] = Balance(rate)
        return found

    def book(
        self, position: Position | None, term: str, amount: float, currency: str, rate: float
    ) -> None:
        """Add an amount to a term, here and at the position that earned it, and to the cash.

        Args:
            position: Where it was earned; None for what no instrument earned.
            term: A field of `Terms`; fees are given positive and taken from the cash.
            amount: Units of the currency.
            currency: Its currency.
            rate: Account currency per unit.
        """
        value = amount * rate
        for terms in (self.terms,) if position is None else (self.terms, position.terms):
            setattr(terms, term, getattr(terms, term) + value)
        self.move(position, -amount if term == "fees" else amount, currency, rate)

    def realize(self, position: Position, closed: Sequence[Match], rate: float) -> None:
        """Book the profit of what was closed, before fees, here and at the position.

        Args:
            position: Where it was closed.
            closed: The matches with the lots that were closed.
            rate: Account currency per unit of P&L currency.
        """
        gross = 0.0
        for match in closed:
            gross += match.gross
        value = gross * rate
        self.terms.realized += value
        position.terms.realized += value
        currency = position.instrument.currency
        if currency == self.home:
            self.cash.amount += gross
        else:
            self.move(position, gross, currency, rate)

    def charge(
        self, position: Position, fee: float, cost: float, currency: str, rate: float
    ) -> None:
        """Take a fee from the cash, here and at the position.

        Args:
            position: What was traded.
            fee: Units of the currency, positive when paid.
            cost: The fee in account currency.
            currency: The fee's currency.
            rate: Account currency per unit.
        """
        self.terms.fees += cost
        position.terms.fees += cost
        if currency == self.home:
            self.cash.amount -= fee
        else:
            self.move(position, -fee, currency, rate)

    def move(self, position: Position | None, amount: float, currency: str, rate: float) -> None:
        """Add an amount to the cash, here and at the position; cash at home has no exchange."""
        if currency == self.home:
            self.cash.amount += amount
            return
        self.balance(currency, rate).add(amount, rate)
        if position is not None:
            balance = position.balances.get(currency)
            if balance is None:
                balance = position.balances[currency] = Balance(rate)
            balance.add(amount, rate)

    def swap(
        self, position: Position, amount: float, currency: str, rate: float, other: str, at: float
    ) -> None:
        """Turn an amount of one currency into another at their rates; nobody gains by it."""
        self.move(position, -amount, currency, rate)
        self.move(position, amount * rate / at, other, at)

    def cash_value(self, rates: Mapping[str, float]) -> float:
        """All balances at the rates, account currency."""
        if len(self.balances) == 1:
            return self.cash.amount
        return sum(balance.amount * rates[name] for name, balance in self.balances.items())

    def fx(self, rates: Mapping[str, float]) -> float:
        """Exchange profit so far, account currency."""
        return sum(balance.fx_at(rates[name]) for name, balance in self.balances.items())

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; positions keep their order."""
        return _ACCOUNT_FIELDS.to_object(self)

    def restore(self, state: Mapping[str, Any], instruments: Mapping[str, Instrument]) -> None:
        """Take over what `state` returned.

        Args:
            state: The state.
            instruments: By Symbol ID, those of all its positions.

        Raises:
            StateError: Something in it is missing or of another type.
        """
        _ACCOUNT_FIELDS.restore(self, state)
        position = Codec((dict,), read=lambda saved: self._restored(saved, instruments))
        saved_value(state, "positions", list_of(position))
        is_open = Codec((str,), read=self.positions.__getitem__)
        held = saved_value(state, "open", list_of(is_open))
        self.open = {each.instrument.sid: each for each in held}
        self.cash = self.balances.get(self.home, self.cash)

    def _restored(
        self, saved: Mapping[str, Any], instruments: Mapping[str, Instrument]
    ) -> Position:
        """The position that a saved one becomes."""
        position = self.position(instruments[saved_value(saved, "sid", TEXT)])
        position.restore(saved)
        return position


_ACCOUNT_FIELDS = Table(
    Field("name", TEXT, restoring=Restoring.SAME),
    Field("terms", TERMS_ROW),
    Field("balances", BALANCES),
    Field("positions", listed_values(PART), restoring=Restoring.LEAVE),
    Field("open", list_of(TEXT), restoring=Restoring.LEAVE),
    Field("open_pnl", NUMBER),
)
