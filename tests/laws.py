"""What must hold of a ledger at every mark, whatever was traded: the law and its parts.

Scenarios and property tests call `check_books` after each mark, with the account that LEAN would
keep; the ledger itself never sees it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, replace
from math import isclose

from models.ledger.accounts import Account
from models.ledger.ledger import Ledger
from models.ledger.statement import Sheet
from models.ledger.tags import UNASSIGNED
from models.trades.record import TradeRecord
from tests.lean_account import LeanAccount

RELATIVE, ABSOLUTE = 1e-9, 1e-6


def close(one: float, other: float) -> bool:
    """Whether two amounts are the same but for the float's last digits."""
    return isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def check_books(ledger: Ledger, account: LeanAccount, trades: Sequence[TradeRecord]) -> None:
    """Assert every law at a mark that the ledger has just booked.

    Args:
        ledger: The ledger.
        account: What LEAN has.
        trades: All trades closed so far.
    """
    check_equity(ledger, float(account.equity()))
    check_quantities(ledger, account)
    check_sums(ledger)
    for strategy in ledger.books.accounts.values():
        check_cash(ledger, strategy)
    check_trades(ledger, trades)


def check_equity(ledger: Ledger, lean_equity: float) -> None:
    """The ledger's equity is LEAN's, nothing is unexplained, and the terms make the equity."""
    assert ledger.lean_equity is not None
    assert close(ledger.lean_equity, lean_equity)
    assert close(ledger.equity, lean_equity), f"{ledger.equity} is not LEAN's {lean_equity}"
    assert close(lean_equity, lean_equity + ledger.unexplained)
    check_law(ledger)


def check_law(ledger: Ledger) -> None:
    """The terms make LEAN's equity, with what is unexplained among them."""
    terms = {name: value or 0.0 for name, value in ledger.balance().items()}
    terms["fees"] *= -1
    lean = terms.pop("lean_equity")
    del terms["equity"], terms["max_abs_unexplained"]
    assert close(sum(terms.values()), lean), f"{terms} do not make {lean}"


def check_quantities(ledger: Ledger, account: LeanAccount) -> None:
    """Lots make positions, positions make LEAN's net, and what is open is what is held."""
    books = ledger.books
    net: dict[str, float] = defaultdict(float)
    holders: dict[str, int] = defaultdict(int)
    for strategy in books.accounts.values():
        for sid, position in strategy.positions.items():
            lots = position.lots
            assert close(sum(lot.quantity for lot in lots), position.quantity)
            assert close(sum(lot.quantity * lot.unit_value for lot in lots), position.cost)
            assert all(lot.quantity * position.quantity > 0 for lot in lots)
            assert bool(lots) == bool(position.quantity) == (sid in strategy.open)
            net[sid] += position.quantity
            holders[sid] += bool(lots)
    assert books.held == {sid: count for sid, count in holders.items() if count}
    for sid, security in account.securities.items():
        assert close(net[sid], float(security.quantity)), f"{sid}: {net[sid]}"
        assert close(books.holdings[sid].quantity, float(security.quantity))


def check_sums(ledger: Ledger) -> None:
    """Strategies and `unassigned` sum to the account, instruments sum to each strategy."""
    sheets = {name: ledger.sheet(name) for name in ledger.books.accounts}
    columns = zip(*(astuple(sheet) for sheet in sheets.values()), strict=True)
    assert all(map(close, astuple(ledger.total()), map(sum, columns)))
    parts: dict[str, list[Sheet]] = defaultdict(list)
    for strategies in ledger.by_instrument().values():
        for name, sheet in strategies.items():
            parts[name].append(sheet)
    for name, sheet in sheets.items():
        columns = zip(*map(astuple, parts[name] or [Sheet()]), strict=True)
        summed = Sheet(*[float(sum(column)) for column in columns])
        if name == UNASSIGNED:  # its cash is also the opening's and the flows'
            summed = replace(summed, fx=sheet.fx)
        same = all(map(close, astuple(sheet), astuple(summed)))
        assert same, f"{name}: {sheet} is not its instruments' {summed}"


def check_cash(ledger: Ledger, strategy: Account) -> None:
    """A strategy's cash is worth what it earned and what the rates did to that."""
    books = ledger.books
    worth = strategy.terms.net + strategy.fx(books.rates)
    if strategy.name == UNASSIGNED:
        worth += books.starting_equity + sum(flow.value for flow in ledger.flows)
    assert close(strategy.cash_value(books.rates), worth)


def check_trades(ledger: Ledger, trades: Sequence[TradeRecord]) -> None:
    """Each strategy's trades make what it realized, and no trade pays a fee nobody paid."""
    for strategy in ledger.books.accounts.values():
        own = [trade for trade in trades if trade.strategy == strategy.name]
        assert close(sum(trade.gross_pnl for trade in own), strategy.terms.realized)
        paid = sum(trade.commission for trade in own)
        open_fees = [lot.fee for held in strategy.open.values() for lot in held.lots]
        assert close(paid + sum(open_fees), strategy.terms.fees)
        assert all(close(trade.gross_pnl - trade.commission, trade.pnl) for trade in own)
