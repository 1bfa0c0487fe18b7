"""Structures of recorded runs: what they are, and that with the rest they make the account."""

from __future__ import annotations

from collections import defaultdict

import pytest

from models.ledger.mark_columns import MarkColumns
from models.structures.book import StructureBook
from models.structures.record import StructureRecord
from tests.laws import close
from tests.recordings.played import NAMES, RECORDINGS, played, slow_if_large
from workbench.engine.tape import read_tape
from workbench.replay.replay import Replay

# Name, side, quantity and strategy of every structure that closed, in the order of closing.
FOUND = {
    "option-combos": [
        ("iron condor", "credit", 2, "condor"),
        ("vertical", "credit", 1, "put_spread"),
        ("iron condor", "credit", 2, "condor"),
        ("iron condor", "credit", 2, "condor"),
        ("vertical", "credit", 1, "put_spread"),
        ("iron condor", "credit", 2, "condor"),
        ("iron condor", "credit", 2, "condor"),
        ("vertical", "debit", 1, "put_spread"),
    ],
    "covered-calls": [("covered call", "debit", 2, "main")],
    "put-calendars": [("calendar", "debit", 2, "main")],
    "shared-options": [("short call", "credit", 1, "vega")],
    "opposed-options": [
        ("long call", "debit", 1, "long"),
        ("short call", "credit", 1, "short"),
        ("guts", "debit", 2, "long"),
        ("short call", "credit", 2, "short"),
    ],
    "index-option-expiry": [("long put", "debit", 1, "main")],
    "future-option-exercise": [("long call", "debit", 1, "main")],
}


def all_of(replay: Replay) -> list[StructureRecord]:
    """The structures of a run, those that are open among them."""
    return [*replay.structures, *replay.tracker.structures()]


@pytest.mark.parametrize("name", slow_if_large(*FOUND))
def test_structures_are_what_was_traded(name: str) -> None:
    """Each combo, and each option by itself, is one trade with its name and side."""
    replay = played(name).replay
    found = [(each.name, each.side, each.quantity, each.strategy) for each in replay.structures]
    assert found == FOUND[name]
    assert replay.structures == replay.tracker.trades(book="structures")
    assert not replay.tracker.errors


@pytest.mark.parametrize("name", slow_if_large(*NAMES))
def test_structures_and_the_rest_make_the_account(name: str) -> None:
    """By strategy and instrument, what structures have is no more than the lots made, and of
    options all of it; what is left of stocks is what no structure had.
    """
    replay = played(name).replay
    books, tracker = replay.tracker.ledger.books, replay.tracker
    made: dict[tuple[str, str], float] = defaultdict(float)
    fees: dict[tuple[str, str], float] = defaultdict(float)
    for structure in all_of(replay):
        assert close(structure.gross_pnl, sum(leg.gross_pnl for leg in structure.legs))
        assert close(structure.fees, sum(leg.fees for leg in structure.legs))
        for leg in structure.legs:
            made[structure.strategy, leg.sid] += leg.gross_pnl
            fees[structure.strategy, leg.sid] += leg.fees
    options = [sid for sid, each in books.instruments.items() if each.strike is not None]
    for sid in options:
        for strategy, sheet in tracker.ledger.by_instrument().get(sid, {}).items():
            gross = sheet.realized + sheet.unrealized + sheet.settlement
            assert close(made.pop((strategy, sid), 0.0), gross)
            assert close(fees.pop((strategy, sid), 0.0), sheet.fees)
    assert not {sid for _, sid in made} & set(options)
    if not options:
        assert not made
        assert not tracker.structures()


@pytest.mark.parametrize("name", slow_if_large(*FOUND))
def test_entry_and_exit_make_the_profit(name: str) -> None:
    """Net entry and exit sum to the P&L, and each leg's prices to its own, in a dollar account."""
    for structure in played(name).replay.structures:
        assert structure.net_exit is not None
        assert close(structure.net_entry + structure.net_exit, structure.gross_pnl)
        assert close(structure.net_pnl, structure.gross_pnl - structure.fees)
        sign = 1.0 if structure.side == "credit" else -1.0
        size = structure.quantity * structure.multiplier
        assert close(sign * structure.entry_price * size, structure.net_entry)
        if name != "future-option-exercise":  # the future moves no cash when it is delivered
            assert close(-sign * (structure.exit_price or 0.0) * size, structure.net_exit)
        assert structure.mae <= min(structure.gross_pnl, 0.0)
        assert structure.mfe >= max(structure.gross_pnl, 0.0)


def test_figures_of_a_recorded_condor() -> None:
    """The first iron condor of the recording, worked out by hand from its fills."""
    condor = played("option-combos").replay.structures[0]
    assert condor.net_entry == pytest.approx(2 * 100 * (1.55 - 0.95 + 0.50 - 0.55))
    assert condor.entry_price == pytest.approx(0.55)
    assert condor.exit_price == pytest.approx(2.0 - 0.5 + 0.65 - 0.05)
    assert condor.max_profit == pytest.approx(110.0)
    assert condor.max_risk == pytest.approx(2 * 100 * 2.5 - 110.0)
    assert condor.gross_pnl == pytest.approx(110.0 - 420.0)
    assert condor.kept == pytest.approx(-310.0 / 110.0)
    assert (condor.group, condor.exit_reason, condor.days) == ("#1", "order", 20 / 1440)


def test_win_rates_are_of_the_book_that_is_asked() -> None:
    """Lots, positions and structures count the same fills as different trades."""
    tracker = played("option-combos").replay.tracker
    counts = {book: tracker.trade_statistics(book=book) for book in ("lots", "positions")}
    whole = tracker.trade_statistics(book="structures")
    assert (whole.trades, whole.wins, whole.win_rate) == (8, 0, 0.0)
    assert counts["lots"].trades == counts["positions"].trades == 26
    assert whole.net_pnl == pytest.approx(counts["lots"].net_pnl)
    assert whole.fees == pytest.approx(counts["lots"].fees)
    by_side = tracker.trade_groups("side", book="structures")
    assert {side: metrics.trades for side, metrics in by_side.items()} == {"short": 7, "long": 1}
    assert tracker.trade_statistics("condor", book="structures").trades == 5


def test_an_open_structure_knows_its_risk() -> None:
    """What is open at the end is told; without a price of the underlying it has no distance."""
    (condor,) = played("option-combos").replay.tracker.structures()
    assert (condor.name, condor.closed, condor.exit_price) == ("iron condor", None, None)
    assert condor.max_risk == pytest.approx(500.0)
    assert [leg.distance for leg in condor.legs] == [None] * 4


def test_an_open_structure_knows_its_distance() -> None:
    """While the covered call is open, the stock's price is so far from the strike."""
    replay = Replay(read_tape(RECORDINGS["covered-calls"].path))
    found = [replay.tracker.structures() for row in replay.play() if row is not None]
    ((covered,),) = [each for each in found if each]
    stock, call = covered.legs
    assert (covered.name, stock.distance, stock.strike) == ("covered call", None, None)
    assert call.distance == pytest.approx(749.0 - 750.0, abs=1.0)


@pytest.mark.parametrize("name", ["option-combos", "shared-options", "opposed-options"])
def test_marks_that_are_passed_over_are_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAE and MFE are the same whether each mark is worked out at once or many together."""
    blocks: list[int] = []
    see = StructureBook.mark_all

    def counted(book: StructureBook, marks: MarkColumns) -> None:
        blocks.append(len(marks.times))
        see(book, marks)

    monkeypatch.setattr(StructureBook, "mark_all", counted)
    replay = Replay(read_tape(RECORDINGS[name].path), lean_book=False)
    for _ in replay.engine.play():
        pass
    assert max(blocks) > 1
    assert all_of(replay) == all_of(played(name).replay)
