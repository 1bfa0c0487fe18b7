"""What must hold on every recording: the law, LEAN's trades, and nothing lost or doubled.

LEAN's own files beside a tape are opened here, and only here, to compare with.
"""

from __future__ import annotations

import gzip
import json
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.equity.session_metrics import SessionKind
from models.events.account import DayEnd
from models.ledger.effects import Effects
from models.performance_tracker import PerformanceTracker
from models.trades.lean_follower import LeanDesk
from models.trades.lean_trade import LeanTrade
from models.trades.record import TradeRecord
from tests.recordings.played import (
    CONTINUED,
    LONG,
    NAMES,
    RECORDINGS,
    SMALL,
    STRATEGY_TERMS,
    play,
    played,
    slow_if_large,
)
from utils.tracking import LeanTracker
from workbench.engine.faults import Faults
from workbench.engine.tape import TAPE_NAME, read_tape
from workbench.recordings import result
from workbench.replay.replay import Replay

CENT = 0.01
PATIENCE = 300.0  # seconds until threads that wait for each other are a failure
FLOWS = {"cash-flows": 70_000.0, "opposed-futures": 49_382.68}

# A run that is stopped between two steps shows the prices of the next step beside the equity of the
# step before, in `on_end_of_algorithm` and thus in its last mark alone: how far LEAN's equity is
# from ours there, account currency. One look alone may be of a moving market: it is not believed.
STOPPED_BETWEEN_STEPS = {"live-redeploy-3": -58.7863001608}


@lru_cache(maxsize=3)
def lines(name: str) -> list[dict[str, Any]]:
    """The tape's lines."""
    with gzip.open(RECORDINGS[name].path / TAPE_NAME, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def run_lines(name: str) -> Iterator[dict[str, Any]]:
    """The lines that are not warm-up."""
    start = lines(name)[0]["utc"]
    return (line for line in lines(name) if line["utc"] >= start)


def opening(name: str) -> dict[str, Any]:
    """The line that shows what the account had when the run began.

    The start line shows it, but in a deployment that goes on with another's holdings: there LEAN
    takes over cash and holdings after `initialize`, and the first mark shows them.
    """
    marks = (line for line in run_lines(name) if line["type"] == "mark")
    return next(marks) if name in CONTINUED else lines(name)[0]


def earned_before(name: str) -> float:
    """What the holdings that a run began with had made until its first mark, account currency.

    They are entered at LEAN's average prices, so it counts in `unassigned` and not in the starting
    equity; no session of the run has it.
    """
    line = opening(name)
    gains = 0.0
    for sid, (quantity, _, average, unrealized, *_) in line.get("h", {}).items():
        security = securities(name)[sid]
        if security["kind"] == "CRYPTO":
            coin = security["ticker"].removesuffix(security["quote"])
            gains += quantity * (line["cash"][coin][1] - average)
        else:
            gains += unrealized
    return gains


def test_the_recordings_are_there() -> None:
    """The project carries its own recordings, so that the tests below test something."""
    assert len(NAMES) >= 25


# --- 1. the LEAN book


def assert_lean_trades(ours: Sequence[LeanTrade], theirs: Sequence[dict[str, Any]]) -> None:
    """Same trades in the same order: times, prices, quantities, ids, fees; P&L to the cent."""
    assert len(ours) == len(theirs)
    for mine, lean in zip(ours, theirs, strict=True):
        assert list(mine.symbols) == lean["symbols"]
        assert (mine.direction, list(mine.order_ids)) == (lean["direction"], lean["order_ids"])
        assert mine.entry_time == datetime.fromisoformat(lean["entry_time"])
        assert mine.exit_time == datetime.fromisoformat(lean["exit_time"])
        assert mine.entry_price == pytest.approx(lean["entry_price"], rel=1e-12)
        assert mine.exit_price == pytest.approx(lean["exit_price"], rel=1e-12)
        assert mine.quantity == pytest.approx(lean["quantity"], rel=1e-9)
        assert mine.total_fees == pytest.approx(lean["total_fees"], abs=1e-6)
        assert mine.profit_loss == pytest.approx(lean["profit_loss"], abs=CENT + 1e-9)
        assert mine.is_win == lean["is_win"]


@pytest.mark.parametrize("name", NAMES)
def test_the_lean_book_is_leans(name: str) -> None:
    """Played through the hooks, the LEAN book has LEAN's closed trades and no others."""
    assert_lean_trades(played(name).replay.lean_trades, lines(name)[-1]["closed_trades"])


# Where LEAN's trade builder saw prices that no mark shows: see recordings/README.md.
UNSEEN = {
    "cash-account",
    "cash-flows",
    "crypto-future-funding",
    "euro-futures",
    "futures-2700-fills",
    "futures-roll",
    "macd-eleven-years",
    "opposed-futures",
    "option-combos",
    "splits-and-shorts",
    "three-strategies",
}


@pytest.mark.parametrize("name", NAMES)
def test_excursions_are_leans_or_narrower(name: str) -> None:
    """MAE, MFE and drawdown are LEAN's to the cent, or narrower where it saw what no mark shows."""
    theirs = lines(name)[-1]["closed_trades"]
    for mine, lean in zip(played(name).replay.lean_trades, theirs, strict=True):
        for field in ("mae", "mfe", "end_trade_drawdown"):
            figure = getattr(mine, field)
            assert abs(figure) <= abs(lean[field]) + CENT + 1e-9
            assert name in UNSEEN or figure == pytest.approx(lean[field], abs=CENT + 1e-9)


GROUPED = [
    pytest.param(name, path, id=f"{name}-{path.name.split('.')[1]}-{path.name.split('.')[2]}")
    for name in ("order-types", "sliced-fills")
    for path in sorted(RECORDINGS[name].path.glob("closed-trades.*.json.gz"))
]


@pytest.mark.parametrize(("name", "path"), GROUPED)
def test_the_lean_book_follows_each_grouping_and_matching(name: str, path: Path) -> None:
    """Under each setting of LEAN's trade builder the book has the trades LEAN had."""
    _, grouping, matching, *_ = path.name.split(".")
    kind: dict[str, Any] = {
        "lean_grouping": grouping.lower().replace("_", "-"),
        "lean_matching": matching.lower(),
    }
    ours = play(Replay(read_tape(RECORDINGS[name].path), **kind)).replay.lean_trades
    assert_lean_trades(ours, result(path.parent, path.name.removesuffix(".json.gz")))


# --- 2. equity and quantities


@pytest.mark.parametrize("name", NAMES)
def test_the_law_holds_at_every_mark(name: str) -> None:
    """Every mark line is a mark, and at none of them is a cent unexplained.

    The last look at a run that was stopped between two steps is doubted, by what the table says.
    """
    marks = [line for line in run_lines(name) if line["type"] == "mark"]
    rows = played(name).rows
    assert [row["utc"] for row in rows] == [line["utc"] for line in marks]
    shown = lines(name)[0]["tpv"]
    for row, line in zip(rows, marks, strict=True):
        shown = line.get("tpv", shown)
        gap = STOPPED_BETWEEN_STEPS.get(name, 0.0) if row is rows[-1] else 0.0
        assert row["lean_equity"] == (shown if not gap else pytest.approx(shown - gap, abs=CENT))
        assert row["equity"] == pytest.approx(shown - gap, abs=CENT)
        assert row["unexplained"] == pytest.approx(0.0, abs=CENT)
    assert played(name).replay.tracker.anomalies() == ()
    gap = STOPPED_BETWEEN_STEPS.get(name, 0.0)
    assert played(name).replay.tracker.ledger.doubt.gap == pytest.approx(gap, abs=CENT)
    assert not played(name).replay.tracker.errors


@pytest.mark.parametrize("name", NAMES)
def test_quantities_are_leans(name: str) -> None:
    """At the end every net holding is LEAN's, and the strategies' lots sum to it."""
    marks = [line for line in run_lines(name) if "h" in line]
    shown = marks[-1]["h"] if marks else {}
    books = played(name).replay.tracker.ledger.books
    for sid, holding in books.holdings.items():
        assert holding.quantity == pytest.approx(shown.get(sid, [0.0])[0], abs=1e-9)
        lots = [lot.quantity for _, position in books.holders(sid) for lot in position.lots]
        assert sum(lots) == pytest.approx(holding.quantity, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_trades_and_fees_are_whole(name: str) -> None:
    """The lots book's gross P&L is what was realized, and every fee LEAN charged is there."""
    replay = played(name).replay
    total = replay.tracker.ledger.total()
    assert sum(trade.gross_pnl for trade in replay.trades) == pytest.approx(
        total.realized, abs=1e-6
    )
    paid = sum(line["fee_account"] for line in run_lines(name) if line["type"] == "order")
    # a coin bought with a fee in coins: LEAN's total takes the rate, its cash the fill price
    slack = 0.005 if name == "base-currency-fees" else 1e-6
    assert total.fees == pytest.approx(paid, abs=max(slack, 1e-9 * paid))


# --- 3. cash that no fill moved


def held(name: str) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Each line of the run with the quantities that the fills before it made."""
    quantities: dict[str, float] = defaultdict(float)
    for line in run_lines(name):
        yield line, quantities
        if line["type"] == "order":
            quantities[line["sid"]] = line["position"]
        for sid, figures in line.get("h", {}).items():
            quantities[sid] = figures[0]


def rates(name: str) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Each line of the run with the exchange rates last seen."""
    known: dict[str, float] = {}
    for line in lines(name):
        known.update({name: rate for name, (_, rate) in line.get("cash", {}).items()})
        yield line, known


def securities(name: str) -> dict[str, dict[str, Any]]:
    """sid -> its security line."""
    return {line["sid"]: line for line in lines(name) if line["type"] == "security"}


@pytest.mark.parametrize("name", NAMES)
def test_dividends_are_what_the_tape_says(name: str) -> None:
    """Dividends are the quantity held times the distribution, on data that LEAN pays them for."""
    known, total = securities(name), 0.0
    quoted = {id(line): dict(found) for line, found in rates(name) if line["type"] == "dividend"}
    for line, quantities in held(name):
        security = known.get(line.get("sid", ""))
        if line["type"] != "dividend" or security is None:
            continue
        if security["normalization"] in ("RAW", "SPLIT_ADJUSTED"):
            rate = quoted[id(line)][security["quote"]]
            total += quantities[line["sid"]] * line["distribution"] * rate
    assert played(name).replay.tracker.balance()["dividends"] == pytest.approx(total, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_settlement_is_what_the_tape_says(name: str) -> None:
    """Settlement is split fractions, index options' cash, and what LEAN mis-books of futures."""
    known, total = securities(name), 0.0
    for line, quantities in held(name):
        if line["type"] == "split" and line["kind"] == "SPLIT_OCCURRED":
            exact = quantities[line["sid"]] / line["factor"]
            fraction = exact - int(round(exact, 9))
            total += fraction * line["factor"] * line["reference"]
        security = known.get(line.get("sid", ""), {})
        if line.get("order_type") == "OPTION_EXERCISE" and security["kind"] == "INDEX_OPTION":
            spot = float(line["message"].split("Underlying: ")[1].split(". ")[0])
            inside = abs(spot - security["strike"]) if line["itm"] else 0.0
            total -= line["fill_qty"] * inside * security["multiplier"]
    currency = lines(name)[0]["account_currency"]
    last: dict[str, Any] = {}
    final: dict[str, float] = {}
    for line, found in rates(name):
        last, final = line.get("h", last), found
    for sid, figures in last.items():
        if len(figures) > 5 and known[sid]["quote"] != currency:
            total += figures[5] * (final[known[sid]["quote"]] - 1)
    assert played(name).replay.tracker.balance()["settlement"] == pytest.approx(total, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_cash_that_no_fill_moved_is_financing_dividends_settlement_or_flows(name: str) -> None:
    """The end's cash, less what fills moved, is the terms that move cash without a fill."""
    known, fills = securities(name), fill_cash(name)
    start, end = opening(name), lines(name)[-1]
    marks = [line for line in run_lines(name) if line["type"] == "mark"]
    unsettled = [line["unsettled"] for line in marks if "unsettled" in line][-1:] or [{}]
    last: dict[str, Any] = {}
    for line in marks:
        last = line.get("h", last)
    moved = 0.0
    for currency, (amount, rate) in end["cash"].items():
        before = start["cash"].get(currency, [0.0])[0] + fills[currency]
        futures = sum(
            h[5] for sid, h in last.items() if len(h) > 5 and known[sid]["quote"] == currency
        )
        moved += (amount + unsettled[0].get(currency, 0.0) - before - futures) * rate
    balance = played(name).replay.tracker.balance()
    terms = sum(balance[term] or 0.0 for term in ("dividends", "financing", "settlement", "flows"))
    misbooked = balance["settlement"] or 0.0 if name == "euro-futures" else 0.0
    # funding in coins is booked at the rate of its hour and stands here at the last rate
    slack = 0.01 if name == "crypto-future-funding" else 1e-4
    assert moved == pytest.approx(terms - misbooked, abs=slack)
    expects = {"crypto-future-funding", "margin-interest"}
    assert bool(balance["financing"]) == (name in expects)


def fill_cash(name: str) -> dict[str, float]:
    """Currency -> cash that the order lines moved, by LEAN's rule for each kind."""
    known = securities(name)
    moved: dict[str, float] = defaultdict(float)
    net: dict[str, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    net.update({sid: (h[0], h[2]) for sid, h in opening(name).get("h", {}).items()})
    for line, quantities in held(name):
        if line["type"] == "split" and line["kind"] == "SPLIT_OCCURRED":
            net.pop(line["sid"], None)
        if line["type"] != "order" or not line["fill_qty"]:
            continue
        security, quantity, price = known[line["sid"]], line["fill_qty"], line["fill_price"]
        size, quote = quantity * security["multiplier"], security["quote"]
        base = security["ticker"].removesuffix(quote)
        inverse = security["kind"] == "CRYPTO_FUTURE" and quote == "USD"
        if security["kind"] in ("FUTURE", "CFD", "CRYPTO_FUTURE"):
            before, average = quantities[line["sid"]], net[line["sid"]][1]
            closed = min(abs(quantity), abs(before)) if before * quantity < 0 else 0.0
            worth = (1 / price - 1 / average if inverse else price - average) if closed else 0.0
            side = 1 if before > 0 else -1
            moved[base if inverse else quote] += side * closed * worth * security["multiplier"]
            if before * quantity >= 0:
                average = (average * before + price * quantity) / (before + quantity)
            elif abs(quantity) > abs(before):
                average = price
            net[line["sid"]] = (before + quantity, average)
        else:
            moved[quote] -= size * price
        if security["kind"] in ("CRYPTO", "FOREX"):
            moved[base] += quantity
        coins = security["kind"] == "CRYPTO" and quantity > 0 and line["fee_currency"] == base
        if coins:
            moved[quote] -= line["fee"] * price * security["multiplier"]
        elif line["fee"]:
            moved[line["fee_currency"]] -= line["fee"]
    return moved


@pytest.mark.parametrize("name", NAMES)
def test_flows_are_the_deposits(name: str) -> None:
    """Only the recordings with deposits have flows, each at the first mark whose cash shows it."""
    ledger = played(name).replay.tracker.ledger
    assert sum(flow.value for flow in ledger.flows) == pytest.approx(FLOWS.get(name, 0.0), abs=1e-6)
    assert all(flow.cause == "unannounced" for flow in ledger.flows)
    marks = {line["utc"] for line in run_lines(name) if line["type"] == "mark" and "cash" in line}
    assert {flow.time.isoformat() for flow in ledger.flows} <= marks


# --- 4. strategies and the account


@pytest.mark.parametrize("name", NAMES)
def test_strategies_sum_to_the_account(name: str) -> None:
    """At every mark each term of the account is the sum over the strategies and `unassigned`."""
    found = played(name)
    assert found.gaps or not found.rows
    assert all(gap <= 1e-6 for gap in found.gaps.values())
    balance = found.replay.tracker.balance()
    for row in found.rows[-1:]:
        earned = sum(row["strategies"].values())
        outside = sum(balance[term] or 0.0 for term in ("starting_equity", "fx", "flows"))
        assert earned + outside == pytest.approx(row["equity"], abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_instruments_sum_to_the_strategies(name: str) -> None:
    """Kept by instrument, the terms sum to each strategy's."""
    ledger = played(name).replay.tracker.ledger
    summed: dict[tuple[str, str], float] = defaultdict(float)
    for by_strategy in ledger.by_instrument().values():
        for strategy, sheet in by_strategy.items():
            for term in STRATEGY_TERMS:
                summed[strategy, term] += getattr(sheet, term)
    for strategy, sheet in ledger.sheets().items():
        for term in STRATEGY_TERMS:
            if strategy != "unassigned" and not (name == "euro-futures" and term == "settlement"):
                assert summed[strategy, term] == pytest.approx(getattr(sheet, term), abs=1e-6)


# --- sessions, NAV and drawdown


@pytest.mark.parametrize("name", NAMES)
def test_sessions_of_each_kind_sum_to_the_account_and_each_strategy(name: str) -> None:
    """Days, weeks, months and years each add up, with the months that older days folded into.

    What a holding had made before the run began is in none of them.
    """
    tracker = played(name).replay.tracker
    balance, sheets = tracker.balance(), tracker.sheets()
    totals: dict[str | None, float] = {
        name: sheet.net_pnl for name, sheet in sheets.items() if name in tracker.strategies()
    }
    outside = (balance["starting_equity"] or 0.0) + (balance["flows"] or 0.0)
    totals[None] = (balance["equity"] or 0.0) - outside - earned_before(name)
    for scope, total in totals.items():
        folded = tracker.scopes.find(scope).track.book.folded()
        for kind in SessionKind:
            found = tracker.sessions(kind, scope)
            if kind in (SessionKind.DAILY, SessionKind.WEEKLY):
                found = [*folded, *found]
            assert sum(session.net_pnl for session in found) == pytest.approx(total, abs=1e-5)
            mine = [t for t in played(name).replay.trades if scope in (None, t.strategy)]
            assert sum(session.trades for session in found) == len(mine)
            fees = sheets[scope].fees if scope else balance["fees"]
            assert sum(session.commissions for session in found) == pytest.approx(fees, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_drawdown_is_what_numpy_finds_on_the_marks(name: str) -> None:
    """At every mark the depth is the fall of the NAV from its highest so far."""
    rows = [row for row in played(name).rows if row["nav"] is not None]
    navs = np.array([1.0, *(row["nav"] for row in rows)])
    depths = (1.0 - navs / np.maximum.accumulate(navs))[1:]
    assert [row["drawdown"] for row in rows] == pytest.approx(depths, abs=1e-11)
    deepest = played(name).replay.tracker.drawdown().max_depth
    assert deepest == pytest.approx(max(depths, default=0.0), abs=1e-11)


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_the_nav_does_not_see_deposits(name: str) -> None:
    """From mark to mark the NAV moves with the equity less what was paid in or out."""
    found = played(name)
    moved: dict[str, float] = defaultdict(float)
    for flow in found.replay.tracker.ledger.flows:
        moved[flow.time.isoformat()] += flow.value
    seen = set[str]()
    for before, after in zip(found.rows, found.rows[1:], strict=False):
        flow_value = 0.0 if after["utc"] in seen else moved[after["utc"]]
        seen.add(after["utc"])
        growth = (after["equity"] - flow_value) / before["equity"]
        assert after["nav"] / before["nav"] == pytest.approx(growth, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_the_positions_book_makes_what_the_lots_made_once_flat(name: str) -> None:
    """Of every instrument that a strategy holds no more, both books have the same P&L and fees."""
    found = played(name)
    accounts = found.replay.tracker.ledger.books.accounts
    made: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for sign, trades in ((1, found.replay.trades), (-1, found.rounds)):
        for trade in trades:
            sums = made[trade.strategy, trade.sid]
            sums[0] += sign * trade.pnl
            sums[1] += sign * trade.commission
    for (strategy, sid), sums in made.items():
        if sid not in accounts[strategy].open:
            assert sums == pytest.approx([0.0, 0.0], abs=1e-6)


# --- 5. the same again


@pytest.mark.parametrize("name", SMALL)
def test_every_order_event_twice_changes_nothing(name: str) -> None:
    """An event that is delivered twice is booked once: the output is identical."""
    replay = Replay(read_tape(RECORDINGS[name].path), faults=Faults(duplicate_events=True))
    assert play(replay).output == played(name).output


@pytest.mark.parametrize("name", ["live-paper", "option-combos", "sliced-fills"])
def test_replaying_twice_gives_the_same(name: str) -> None:
    """Nothing depends on the run: two replays give identical output."""
    assert play(Replay(read_tape(RECORDINGS[name].path))).output == played(name).output


@dataclass
class Asking:
    """Feeds a second tracker the events of the first, and asks everything after each."""

    tracker: PerformanceTracker

    def follow(self, leader: LeanTracker) -> None:
        """Hear every event, and every mark booked without one, from now on."""
        core = leader.core
        record, rates, early, sample = core.record, core.take_rates, core.open_before, core.sample
        see, catch_up = core.see, core.catch_up

        def both(event: Any) -> Effects | None:
            self.tracker.apply(event)
            self.ask()
            return record(event)

        def both_rates(found: Mapping[str, float]) -> None:
            self.tracker.core.take_rates(found)
            rates(found)

        def both_early(opening: Any, fill: Any) -> None:
            self.tracker.core.open_before(opening, fill)
            early(opening, fill)

        def both_sample(taken: DayEnd) -> None:
            self.tracker.core.sample(taken)
            sample(taken)

        def both_seen(
            time: datetime, prices: Mapping[str, float], cash: float, equity: float
        ) -> bool:
            booked = see(time, prices, cash, equity)
            if booked:
                assert self.tracker.core.see(time, prices, cash, equity)
                self.ask()
            return booked

        def both_caught_up() -> None:
            if core.behind is not None:
                passed = core.behind()
                core.behind = self.tracker.core.behind = lambda: passed
                self.tracker.core.catch_up()
                catch_up()

        for name, call in (
            ("see", both_seen),
            ("catch_up", both_caught_up),
            ("record", both),
            ("sample", both_sample),
            ("take_rates", both_rates),
            ("open_before", both_early),
        ):
            setattr(core, name, call)

    def ask(self) -> None:
        """Read all there is to read."""
        tracker = self.tracker
        tracker.summary()
        tracker.positions()
        tracker.open_trades()
        tracker.trades(limit=1)
        tracker.structures()
        tracker.trades(book="structures")
        tracker.drawdown()
        for kind in SessionKind:
            tracker.sessions(kind)


@pytest.mark.parametrize(
    "name", ["live-paper", "opposed-futures", "option-combos", "renamed-ticker"]
)
def test_neither_batches_nor_questions_change_anything(name: str) -> None:
    """Events fed one by one, with every question asked in between, leave the hooks' state."""
    replay = Replay(read_tape(RECORDINGS[name].path))
    leader = replay.tracker
    alone = PerformanceTracker(
        settings=leader.settings,
        account_currency=leader.account_currency,
        zone=leader.zone,
        live=leader.live,
        follower=LeanDesk(lambda _: None),
    )
    Asking(alone).follow(leader)
    for _ in replay.play():
        pass
    alone.core.days_per_year = leader.days_per_year
    ours, theirs = alone.state(), PerformanceTracker.state(leader)
    # where an archive keeps the trades, the statistics are made of them again
    for state, tracker in ((ours, alone), (theirs, leader)):
        state["statistics"] = tracker.statistics.state()
        state["ledger"]["books"]["orders"]["open_orders"] = []  # read from LEAN when it is saved
        for key in ("alerts", "notifications"):  # of LEAN's tracker alone
            state.pop(key, None)
    assert ours == theirs


@pytest.mark.parametrize("name", slow_if_large("crypto-spot", "live-paper"))
def test_eight_threads_of_hooks_and_readers_give_a_single_threads_result(name: str) -> None:
    """Order events on four threads, data on one, three that read: the output is the same."""
    replay = Replay(read_tape(RECORDINGS[name].path), faults=Faults(threads=4))
    asking, over = Asking(replay.tracker), threading.Event()

    def read() -> None:
        while not over.is_set():
            asking.ask()
            over.wait(0.01)  # let the hooks have the lock too

    readers = [threading.Thread(target=read) for _ in range(3)]
    patience = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for reader in readers:
            reader.start()
        found = play(replay)
    finally:
        over.set()
        sys.setswitchinterval(patience)
        for reader in readers:
            reader.join(PATIENCE)
    assert found.output == played(name).output
    assert not found.replay.tracker.errors


# --- 6. the law can fail


def test_a_falsified_equity_shows_as_unexplained(tmp_path: Path) -> None:
    """A tape whose value is 123.45 too high from some mark on shows just that as unexplained."""
    changed = []
    for at, line in enumerate(lines("shared-options")):
        falsified = line["type"] == "mark" and at > 500 and "tpv" in line
        changed.append({**line, "tpv": line["tpv"] + 123.45} if falsified else line)
    with gzip.open(tmp_path / TAPE_NAME, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in changed)
    found = play(Replay(read_tape(tmp_path)))
    balance = found.replay.tracker.balance()
    assert balance["unexplained"] == pytest.approx(123.45, abs=CENT)
    assert balance["max_abs_unexplained"] == pytest.approx(123.45, abs=CENT)
    kinds = {anomaly.kind for anomaly in found.replay.tracker.ledger.books.anomalies}
    assert kinds == {"unexplained money"}


# --- the long run


@pytest.mark.slow
@pytest.mark.recording(LONG)
@pytest.mark.skipif(LONG not in RECORDINGS, reason=f"{LONG} (20 MB) is not in the repository")
def test_the_long_run_balances() -> None:
    """145,167 fills in 23 years: LEAN's trades, and at most 5 cents unexplained at any mark."""
    replay = Replay(read_tape(RECORDINGS[LONG].path))
    marks = sum(row is not None for row in replay.play())
    balance = replay.tracker.balance()
    assert (marks, replay.tracker.ledger.books.fills) == (41_130, 145_167)
    assert (balance["max_abs_unexplained"] or 0.0) <= 0.05
    assert not replay.tracker.errors
    trades: list[TradeRecord] = replay.trades
    assert sum(trade.gross_pnl for trade in trades) == pytest.approx(
        replay.tracker.ledger.total().realized, abs=1e-3
    )
    with gzip.open(RECORDINGS[LONG].path / TAPE_NAME, "rt", encoding="utf-8") as file:
        *_, end = file
    assert_lean_trades(replay.lean_trades, json.loads(end)["closed_trades"])
