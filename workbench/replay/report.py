"""What a person sees of a replay: tables, drawn with rich."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields

from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.equity.session_metrics import SessionKind
from models.ledger.holdings import Positions
from models.ledger.statement import Sheet
from models.trades.record import TradeRecord
from workbench.replay.replay import Replay
from workbench.tables import grid, money, percent
from workbench.terminal import clean_text

LARGEST = 10  # trades shown
SESSIONS = {SessionKind.MONTHLY: 6, SessionKind.DAILY: 5}  # how many of a kind are shown
SPELLS = 5  # drawdown spells shown
TERMS = tuple(field.name for field in fields(Sheet))
# The law subtracts what was paid.
SIGNS: Mapping[str, float] = {"fees": -1.0}
# Where the terms below the strategies' come from: the account alone.
ACCOUNT_TERMS = ("starting_equity", "flows", "unexplained")


def balance_sheet(replay: Replay) -> Table:
    """Each term of the law by strategy and in total, down to LEAN's equity."""
    tracker = replay.tracker
    sheets, balance = tracker.sheets(), tracker.balance()
    currency = tracker.ledger.books.account_currency
    table = grid(f"Balance sheet, {currency}", ["", *sheets, "account"])
    blank = [Text("")] * len(sheets)
    table.add_row("starting equity", *blank, money(balance["starting_equity"]))
    for term in TERMS:
        sign = SIGNS.get(term, 1.0)
        each = [sign * getattr(sheet, term) for sheet in sheets.values()]
        table.add_row(term, *map(money, each), money(sign * (balance[term] or 0.0)))
    table.add_row("flows", *blank, money(balance["flows"]), end_section=True)
    table.add_row("equity", *blank, money(balance["equity"]), style="bold")
    table.add_row("LEAN's equity", *blank, money(balance["lean_equity"]))
    table.add_row("unexplained", *blank, money(balance["unexplained"]), style="bold")
    return table


def strategy_table(replay: Replay) -> Table:
    """The strategies side by side: what each made, with how many trades, and what it holds."""
    table = grid(
        "Strategies", ["strategy", "trades", "wins", "net P&L", "open P&L", "fees", "open"]
    )
    trades = Counter(trade.strategy for trade in replay.trades)
    wins = Counter(trade.strategy for trade in replay.trades if trade.pnl > 0)
    accounts = replay.tracker.ledger.books.accounts
    for name, sheet in replay.tracker.sheets().items():
        share = percent(wins[name] / trades[name] if trades[name] else None, 0)
        figures = (money(sheet.net_pnl), money(sheet.unrealized), money(-sheet.fees))
        held = str(len(accounts[name].open))
        table.add_row(name, f"{trades[name]:,}", share, *figures, held)
    return table


def trade_table(trades: Sequence[TradeRecord]) -> Table:
    """The trades that made or lost the most."""
    columns = ["symbol", "strategy", "side", "closed", "quantity", "entry", "exit", "net P&L"]
    table = grid("Largest trades", columns, left=4)
    for trade in sorted(trades, key=lambda trade: -abs(trade.pnl))[:LARGEST]:
        table.add_row(
            trade.symbol.strip(),
            trade.strategy,
            trade.direction,
            f"{trade.exit_time:%Y-%m-%d}",
            f"{trade.quantity:,.10g}",
            f"{trade.entry_price:,.6g}",
            f"{trade.exit_price:,.6g}",
            money(trade.pnl),
        )
    return table


def session_table(replay: Replay, kind: SessionKind) -> Table:
    """The account's last sessions of a kind."""
    columns = ["starts", "trades", "wins", "net P&L", "fees", "drawdown", "equity"]
    table = grid(f"Last {kind.value} sessions", columns)
    for session in replay.tracker.sessions(kind)[-SESSIONS[kind] :]:
        table.add_row(
            f"{session.session_date}",
            f"{session.trades:,}",
            percent(session.win_rate, 0),
            money(session.net_pnl),
            money(-session.commissions),
            percent(session.max_drawdown, 2),
            money(session.end_equity),
        )
    return table


def position_table(positions: Positions) -> Table:
    """What each strategy holds, what LEAN holds in all, and how much is at stake."""
    columns = ["symbol", "strategy", "quantity", "average", "price", "value", "open P&L"]
    leverage = positions.exposure.leverage
    times = "" if leverage is None else f", leverage {leverage:.2f}"
    table = grid(f"Positions{times}", columns, left=2)
    held = [record for records in positions.strategies.values() for record in records]
    for record in sorted([*held, *positions.account], key=lambda record: record.symbol):
        table.add_row(
            record.symbol.strip(),
            record.strategy or "account",
            f"{record.quantity:,.10g}",
            f"{record.average_price:,.6g}",
            f"{record.price:,.6g}",
            money(record.market_value),
            money(record.unrealized_pnl),
            style="" if record.strategy else "bold",
        )
    return table


def spell_table(replay: Replay) -> Table:
    """The account's deepest falls from a peak, the open one among them."""
    columns = ["from", "lowest", "recovered", "depth", "amount", "days"]
    table = grid("Deepest drawdowns", columns, left=3)
    found = replay.tracker.drawdown()
    spells = [*found.periods, *([found.open] if found.open else [])]
    for spell in sorted(spells, key=lambda spell: -spell.depth)[:SPELLS]:
        last = spell.end or replay.tracker.summary().time or spell.trough_time
        table.add_row(
            f"{spell.start:%Y-%m-%d}",
            f"{spell.trough_time:%Y-%m-%d}",
            f"{spell.end:%Y-%m-%d}" if spell.end else "not yet",
            percent(spell.depth, 2),
            money(spell.amount),
            f"{(last - spell.start).days:,}",
        )
    return table


def drawdown_table(replay: Replay) -> Table:
    """How far the account and each strategy fell from a peak, and where they are."""
    columns = ["", "deepest", "now", "since", "amount", "spells"]
    table = grid("Drawdown", columns)
    for name in (None, *replay.tracker.scopes.strategies):
        found = replay.tracker.drawdown(name)
        table.add_row(
            name or "account",
            percent(found.max_depth, 2),
            percent(found.depth, 2),
            f"{found.open.start:%Y-%m-%d}" if found.open else "-",
            money(found.amount),
            f"{len(found.periods) + bool(found.open):,}",
        )
    return table


def flow_table(replay: Replay) -> Table:
    """Deposits and withdrawals, with what is known of each."""
    table = grid("Deposits and withdrawals", ["time", "cause", "currency", "amount"], left=3)
    for flow in replay.tracker.ledger.flows[-LARGEST:]:
        table.add_row(f"{flow.time:%Y-%m-%d %H:%M}", flow.cause, flow.currency, money(flow.amount))
    return table


def anomaly_table(replay: Replay) -> Table:
    """The anomalies and errors by kind, each with the first that was seen."""
    table = grid("Anomalies", ["kind", "first seen", "times"], left=2)
    books = replay.tracker.ledger.books
    for kind, count in books.anomaly_counts.items():
        first = next((a.detail for a in books.anomalies if a.kind == kind), "")
        table.add_row(kind, first, f"{count:,}")
    for kind, count in replay.tracker.errors.items():
        table.add_row("error", kind, f"{count:,}")
    return table


def show(replay: Replay, console: Console) -> None:
    """Print the whole report of a replay."""
    start = replay.tape.start
    books = replay.tracker.ledger.books
    console.print(Text(clean_text(start["algorithm"]), style="bold"))
    console.print(
        f"{start['start'][:10]} to {str(books.time or start['utc'])[:10]}: {books.fills:,} fills, "
        f"{replay.marks:,} marks, {len(replay.trades):,} trades\n"
    )
    console.print(balance_sheet(replay))
    if replay.trades or books.accounts["unassigned"].open or len(books.accounts) > 1:
        console.print(strategy_table(replay))
        console.print(trade_table(replay.trades))
    if replay.marks:
        console.print(drawdown_table(replay))
        console.print(spell_table(replay))
        for kind in SESSIONS:
            console.print(session_table(replay, kind))
    positions = replay.tracker.positions()
    if positions.strategies:
        console.print(position_table(positions))
    if replay.tracker.ledger.flows:
        console.print(flow_table(replay))
    if books.anomaly_counts or replay.tracker.errors:
        console.print(anomaly_table(replay))
    console.print(verdict(replay))


def verdict(replay: Replay) -> Text:
    """The sentence that says whether the books balance."""
    balance = replay.tracker.balance()
    largest = balance["max_abs_unexplained"] or 0.0
    if "unexplained money" in replay.tracker.ledger.books.anomaly_counts:
        return Text(f"The books do NOT balance: up to {largest:,.2f} is unexplained.", "bold red")
    return Text(
        f"The books balance: at none of {replay.marks:,} marks is more than "
        f"{largest:.1e} unexplained.",
        style="bold green",
    )
