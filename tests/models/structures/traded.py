"""Scenarios of structures: those of `tests.scenario` with a structures book beside the ledger.

To what a scenario may say these lines add what must hold of structures:

    => structure trend iron_condor credit 2 entry 1.5 exit 0.5 net 200
                                    the next that closed: strategy, name, side, quantity; also exit,
                                    in, out (net_entry, net_exit), gross, fees, mae, mfe, risk,
                                    profit, kept (fractions), days, reason, group (#7 as combo7),
                                    legs (how many),
                                    chain, from, chain_pnl, rolls, id; `no` for None; spaces in a
                                    value are written _
    => open trend vertical debit 1  the structures that are open, each in its turn: the same, and
                                    distance (of each leg that has one, as 5,-5)
    => open none                    there is none
    => rest 25                      what closed lots made before fees that no structure has

Every structure that closed must have been told, and at every mark the legs of all structures make
with the rest what the lots made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from models.events.account import Mark
from models.events.corporate_actions import Split
from models.events.event import Event
from models.events.instruments import Instrument
from models.ledger.corporate_actions import split_happens
from models.structures.book import StructureBook
from models.structures.record import StructureRecord
from tests.booking import book
from tests.expectations import number, pairs
from tests.laws import close
from tests.scenario import Player

KEPT = 1_000

# Options of one underlying: C or P, the strike, and F or S for the first or the second expiry.
MARKET = [
    "ACCOUNT USD 100000",
    "STOCK XYZ",
    *(
        f"OPTION {right}{strike}{which} on XYZ {kind} {strike} x 100 expires {day}"
        for right, kind in (("C", "call"), ("P", "put"))
        for strike in (90, 95, 100, 105, 110)
        for which, day in (("F", "2024-01-19"), ("S", "2024-02-16"))
    ),
]


class StructurePlayer(Player):
    """Plays scenarios to a ledger with a structures book beside it.

    Args:
        reloading: Whether all is saved and restored after every line.

    Attributes:
        structures: The book.
        ended: Every structure that closed.
        told: How many of them the scenario has told of.
    """

    def __init__(self, *, reloading: bool = False) -> None:
        super().__init__()
        self._reloading = reloading
        self.structures: StructureBook | None = None
        self.ended: list[StructureRecord] = []
        self.told = 0
        self._told_open = 0

    def play(self, line: str) -> None:
        """Play one line."""
        words = line.split()
        if words[0] == "=>" and words[1] in _EXPECT:
            _EXPECT[words[1]](self, words[2:])
            return
        if words[0] != "=>":
            self._told_open = 0
        self.told_trades = len(self.trades)  # the lots are the business of other scenarios
        super().play(line)
        if self._reloading and words[0] != "=>" and self.ledger.books.opened:
            self.reload()

    @property
    def book(self) -> StructureBook:
        """The structures book, made with the ledger."""
        if self.structures is None:
            self.structures = StructureBook(self.ledger.books, KEPT)
        return self.structures

    def apply(self, event: Event | Instrument) -> bool:
        """Give the ledger an event, and the book what came of it."""
        if isinstance(event, Split) and split_happens(self.ledger.books, event):
            self.book.split(event.sid, event.factor)
        effects = book(self.ledger, event)
        self.events.append(event)
        for effect in effects or ():
            self.trades += effect.trades
        self.book.take(effects or ())
        if isinstance(event, Mark) and effects is not None:
            self.book.mark(event.time)
        self._hear()
        self._check()
        return effects is not None

    def _hear(self) -> None:
        self.ended += self.book.ended
        self.book.ended.clear()

    def reload(self) -> None:
        """Go on with a fresh ledger and a fresh book that restore what these saved."""
        saved = json.loads(json.dumps(self.book.state()))
        super().reload()
        self.structures = StructureBook(self.ledger.books, KEPT)
        self.structures.restore(saved)
        assert json.loads(json.dumps(self.structures.state())) == saved

    def finish(self) -> None:
        """Assert that nothing was left untold and that the state is whole."""
        self.told_trades = len(self.trades)
        untold = self.ended[self.told :]
        assert not untold, f"untold structures: {untold}"
        super().finish()

    def _check(self) -> None:
        """Options make in structures what they make as lots, and no stake is without a lot."""
        books, opened = self.ledger.books, self.book.structures.by_number.values()
        made: dict[tuple[str, str], float] = {}
        held: dict[tuple[str, str], float] = {}
        for structure in [*self.ended, *self.book.open_records({})]:
            for leg in structure.legs:
                key = structure.strategy, leg.sid
                made[key] = made.get(key, 0.0) + leg.gross_pnl
        for each in opened:
            for sid, quantity in each.holdings().items():
                held[each.strategy, sid] = held.get((each.strategy, sid), 0.0) + quantity
        for account in books.accounts.values():
            for sid, position in account.positions.items():
                stake = held.get((account.name, sid), 0.0)
                assert abs(stake) <= abs(position.quantity) + 1e-9
                assert stake * position.quantity >= 0
                if position.instrument.strike is not None:
                    assert close(stake, position.quantity)
                    value = position.unrealized(books.holdings[sid].unit_value)
                    total = position.terms.realized + position.terms.settlement
                    total += value * books.rates[position.instrument.currency]
                    assert close(made.get((account.name, sid), 0.0), total)


def trade(lines: Iterable[str], *, reloading: bool = False) -> StructurePlayer:
    """Play the lines of a scenario to their end."""
    player = StructurePlayer(reloading=reloading)
    for line in lines:
        player.play(line)
    player.finish()
    return player


def _structure(player: StructurePlayer, words: list[str]) -> None:
    assert len(player.ended) > player.told, f"none closed; open: {player.book.open_records({})}"
    found = player.ended[player.told]
    player.told += 1
    _compare(found, words)


def _open(player: StructurePlayer, words: list[str]) -> None:
    found = player.book.open_records({})
    if words == ["none"]:
        assert not found
        return
    assert len(found) > player._told_open, f"there is no such structure: {found}"
    _compare(found[player._told_open], words)
    player._told_open += 1


def _rest(player: StructurePlayer, words: list[str]) -> None:
    lots = sum(each.gross_pnl for each in player.trades)
    settled = sum(account.terms.settlement for account in player.ledger.books.accounts.values())
    made = sum(structure.gross for structure in player.book.structures.by_number.values()) + sum(
        each.gross_pnl for each in player.ended
    )
    assert close(lots + settled - made, number(words[0])), f"it is {lots + settled - made}"


def _compare(found: StructureRecord, words: list[str]) -> None:
    strategy, name, side, quantity, *rest = words
    whose = found.strategy, found.name.replace(" ", "_"), found.side
    assert whose == (strategy, name, side), f"it is {found}"
    assert close(found.quantity, number(quantity)), f"it is {found}"
    distances = [leg.distance for leg in found.legs if leg.distance is not None]
    values: dict[str, Any] = {
        "entry": found.entry_price,
        "exit": found.exit_price,
        "in": found.net_entry,
        "out": found.net_exit,
        "gross": found.gross_pnl,
        "fees": found.fees,
        "net": found.net_pnl,
        "mae": found.mae,
        "mfe": found.mfe,
        "risk": found.max_risk,
        "profit": found.max_profit,
        "kept": found.kept,
        "days": found.days,
        "chain_pnl": found.chain_pnl,
        "rolls": found.rolls,
        "legs": len(found.legs),
    }
    texts = {
        "reason": found.exit_reason.replace(" ", "_"),
        "group": found.group.replace("#", "combo"),
        "chain": found.chain,
        "from": found.rolled_from,
        "id": found.structure_id,
        "distance": ",".join(f"{each:g}" for each in distances),
    }
    for key, told in pairs(rest).items():
        if key in texts:
            assert (texts[key] or "_") == told, f"{key}: it is {found}"
        elif told == "no":
            assert values[key] is None, f"{key}: it is {found}"
        else:
            assert values[key] is not None, f"{key}: it is {found}"
            assert close(values[key], number(told)), f"{key}: it is {found}"


_EXPECT = {"structure": _structure, "open": _open, "rest": _rest}
