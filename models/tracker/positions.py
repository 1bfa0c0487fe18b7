"""What is held: positions by strategy and in total, and the open lots as trades."""

from __future__ import annotations

from models.errors import UnknownStrategyError
from models.ledger.accounts import Account
from models.ledger.holdings import Exposure, PositionRecord, Positions, exposure
from models.ledger.positions import Position
from models.tracker.core import Core
from models.trades.builders import open_record
from models.trades.record import TradeRecord


class HeldPositions:
    """Answers what the account and its strategies hold after the fills seen, at the last prices.

    Args:
        core: Whose books are asked.
    """

    def __init__(self, core: Core) -> None:
        self._core = core

    def positions(self) -> Positions:
        """What is held, by strategy and in total."""
        core = self._core
        with core.lock:
            books, held, exposures = core.ledger.books, {}, {}
            for account in books.accounts.values():
                if account.open:
                    records = tuple(map(self._position, account.open.values()))
                    held[account.name] = records
                    exposures[account.name] = self._exposure(account, records)
            net = tuple(self._net(sid) for sid in books.held if books.holdings[sid].quantity)
            equity = core.ledger.balance()["equity"] or 0.0
            total, marked_at = exposure(net, equity), core.ledger.last_mark
            return Positions(held, net, exposures, total, books.time, marked_at)

    def _exposure(self, account: Account, records: tuple[PositionRecord, ...]) -> Exposure:
        """What a strategy's positions are worth beside its equity."""
        capital = self._core.scopes.strategy(account.name).capital
        return exposure(records, capital + account.terms.net + account.open_pnl)

    def _position(self, position: Position) -> PositionRecord:
        """One strategy's position in an instrument."""
        quote, instrument = self._core.quote(position.instrument.sid), position.instrument
        return PositionRecord(
            strategy=position.strategy,
            symbol=quote.ticker,
            sid=instrument.sid,
            quantity=position.quantity,
            average_price=position.average_price,
            price=quote.price,
            market_value=position.quantity * quote.unit_value * instrument.multiplier * quote.rate,
            unrealized_pnl=position.unrealized(quote.unit_value) * quote.rate,
            since=position.round_trip.time if position.round_trip else None,
        )

    def _net(self, sid: str) -> PositionRecord:
        """The account's holding of an instrument, which is all that LEAN knows."""
        quote, holding = self._core.quote(sid), self._core.ledger.books.holdings[sid]
        value = holding.quantity * quote.unit_value * holding.instrument.multiplier * quote.rate
        return PositionRecord(
            strategy="",
            symbol=quote.ticker,
            sid=sid,
            quantity=holding.quantity,
            average_price=holding.average,
            price=quote.price,
            market_value=value,
            unrealized_pnl=value - holding.cost * quote.rate,
            since=None,
        )

    def open_trades(self, strategy: str | None) -> list[TradeRecord]:
        """The open lots of all or of one strategy as trades that would end at the last mark.

        Raises:
            UnknownStrategyError: There is no such strategy.
        """
        core = self._core
        with core.lock:
            accounts = core.ledger.books.accounts
            if strategy is not None and strategy not in accounts:
                raise UnknownStrategyError(strategy, accounts)
            return [
                open_record(position, lot, seen, core.quote(sid))
                for account in accounts.values()
                if strategy in (None, account.name)
                for sid, position in account.open.items()
                for lot, seen in zip(position.lots, position.extremes.each(), strict=True)
            ]
