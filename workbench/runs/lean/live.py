"""The record of a live run: its days merged, and its deployments joined into one account.

A live result shows the cash to the last digit and what is held. What the account held before the
first fill of a deployment is what it holds at the end less all that was traded, at the average
price that LEAN's first records tell; and so is its cash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models.events.account import Opening
from models.events.causes import FlowCause
from models.events.instruments import Instrument
from models.events.orders import Fill
from models.events.quantities import tidy
from models.ledger.deals import fee_in_cash
from models.ledger.lean_account import Holding, ShadowCash, fill_shadow
from workbench.runs.lean.facts import LeanEvent, LeanFacts, Sample
from workbench.runs.lean.feed import ResultFeed
from workbench.runs.lean.fields import ResultError
from workbench.runs.lean.fills import Closing, match, play
from workbench.runs.lean.importing import ResultImport, last_samples
from workbench.runs.lean.instruments import Described, describe, traded_sids
from workbench.runs.lean.labels import Findings
from workbench.runs.lean.parsing import money_in
from workbench.runs.lean.prices import PriceLine, price_lines
from workbench.runs.lean.timeline import Timeline
from workbench.runs.lean.worth import Solver, Worth
from workbench.runs.record import RunRecord

Held = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Deployed:
    """One deployment, solved.

    Attributes:
        facts: Its result.
        instruments: By Symbol ID.
        worth: Multipliers and rates.
        lines: The known prices.
        opening: The account as LEAN took it over; None where nothing says.
        unmatched: Closing fills of which LEAN's record is missing.
    """

    facts: LeanFacts
    instruments: dict[str, Instrument]
    worth: Worth
    lines: dict[str, PriceLine]
    opening: Opening | None
    unmatched: int


def deployed(facts: LeanFacts, known: Mapping[str, float]) -> Deployed:
    """A deployment, solved.

    Args:
        facts: Its result.
        known: Multipliers that something better tells, by Symbol ID.
    """
    fills = [event for event in facts.events if event.fills]
    described = describe(facts, [*traded_sids(facts.events), *(facts.holdings or {})])
    before = _held_before(facts, fills)
    solved = _solved(facts, fills, described, dict.fromkeys(before, 0.0), known)
    if before:
        averages = _averages(facts, fills, described, solved[0], before)
        solved = _solved(facts, fills, described, averages, solved[0].multipliers)
    worth, unmatched = solved
    instruments = {
        sid: each.instrument(sid, worth.multipliers[sid]) for sid, each in described.items()
    }
    lines = price_lines(facts, _shown_prices(facts))
    averages = averages if before else {}
    held = {sid: (quantity, averages[sid]) for sid, quantity in before.items()}
    opening = _opening(facts, fills, instruments, worth, lines, held)
    return Deployed(facts, instruments, worth, lines, opening, unmatched)


def _held_before(facts: LeanFacts, fills: Sequence[LeanEvent]) -> dict[str, float]:
    """What was held before the first fill, by Symbol ID."""
    if facts.holdings is None:
        return {}
    found: dict[str, float] = {sid: each.quantity for sid, each in facts.holdings.items()}
    sizes: dict[str, float] = {sid: abs(quantity) for sid, quantity in found.items()}
    for fill in fills:
        size = sizes.get(fill.sid, 0.0) + abs(fill.quantity)
        found[fill.sid] = tidy(found.get(fill.sid, 0.0) - fill.quantity, size)
        sizes[fill.sid] = size
    return {sid: quantity for sid, quantity in found.items() if abs(quantity) > 1e-9}


def _solved(
    facts: LeanFacts,
    fills: Sequence[LeanEvent],
    described: Mapping[str, Described],
    averages: Mapping[str, float],
    known: Mapping[str, float],
) -> tuple[Worth, int]:
    blank = {sid: each.instrument(sid, 1.0) for sid, each in described.items()}
    quantities = _held_before(facts, fills)
    opening = {sid: (quantity, averages[sid]) for sid, quantity in quantities.items()}
    closings = play(fills, blank, (), opening).closings
    unmatched = match(closings, fills, facts.profits)
    known = {sid: value for sid, value in known.items() if sid in described}
    worth = Solver(facts, described, fills, closings, known, set(averages)).solve()
    return worth, unmatched


def _averages(
    facts: LeanFacts,
    fills: Sequence[LeanEvent],
    described: Mapping[str, Described],
    worth: Worth,
    before: Mapping[str, float],
) -> dict[str, float]:
    """LEAN's average prices before the first fill, from its record of the first closing.

    What a closing gained is linear in that price: two trials tell the line.
    """
    blank = {sid: each.instrument(sid, 1.0) for sid, each in described.items()}
    trials = []
    for price in (1.0, 2.0):
        opening = {sid: (quantity, price) for sid, quantity in before.items()}
        trials.append(play(fills, blank, (), opening).closings)
        match(trials[-1], fills, facts.profits)
    found: dict[str, float] = {}
    for sid in before:
        shown = (facts.holdings or {}).get(sid)
        first = _first(trials, fills, sid)
        if first is not None:
            found[sid] = _average(first, fills, worth, described[sid]) or 0.0
        if not found.get(sid):
            lines = price_lines(facts, {})
            line = lines.get(sid)
            guess = shown.average if shown is not None else 0.0
            found[sid] = guess or (line.prices[0] if line and line.prices else 0.0)
    return found


def _first(
    trials: Sequence[Sequence[Closing]], fills: Sequence[LeanEvent], sid: str
) -> tuple[Closing, Closing] | None:
    """The first closing of an instrument in both trials."""
    firsts = [next((one for one in trial if fills[one.at].sid == sid), None) for trial in trials]
    low, high = firsts
    return None if low is None or high is None else (low, high)


def _average(
    first: tuple[Closing, Closing],
    fills: Sequence[LeanEvent],
    worth: Worth,
    described: Described,
) -> float | None:
    """The price before at which the first closing gains what LEAN recorded; None without one."""
    low, high = first
    fill, slope = fills[low.at], high.gain - low.gain
    instrument = described.instrument(fill.sid, worth.multipliers[fill.sid])
    rate = worth.rates.at(instrument.currency, fill.time)
    fee_rate = worth.rates.at(fill.fee_currency, fill.time) if fill.fee else 0.0
    if low.recorded is None or not slope or not rate or fee_rate is None or instrument.inverse:
        return None
    gain = (low.recorded + 2.0 * fill.fee * fee_rate) / (rate * instrument.multiplier)
    return 1.0 + (gain - low.gain) / slope


def _shown_prices(facts: LeanFacts) -> dict[str, list[tuple[datetime, float]]]:
    """The prices of what is held at the end, of two decimals."""
    last = _last(facts)
    if last is None:
        return {}
    shown = (facts.holdings or {}).items()
    return {sid: [(last, each.price)] for sid, each in shown if each.price}


def _last(facts: LeanFacts) -> datetime | None:
    times = [*(each.time for each in facts.equity[-1:]), *(each.time for each in facts.events[-1:])]
    return max(times, default=None)


def _opening(
    facts: LeanFacts,
    fills: Sequence[LeanEvent],
    instruments: Mapping[str, Instrument],
    worth: Worth,
    lines: Mapping[str, PriceLine],
    held: Held,
) -> Opening | None:
    """The account before the first fill; None where the result shows no cash."""
    if not facts.cash:
        return None
    moved = _moved(fills, instruments, held)
    cash = {name: each.amount - moved.pop(name, 0.0) for name, each in facts.cash.items()}
    cash |= {name: -amount for name, amount in moved.items()}
    time = _first_time(facts)
    rates = {name: each.rate for name, each in facts.cash.items()}
    for sid, instrument in instruments.items():
        line = lines.get(sid)
        if instrument.base in rates and line is not None and line.prices:
            quote = worth.rates.at(instrument.quote, time) or 1.0
            rates[instrument.base] = line.prices[0] * quote
            worth.rates.tell(instrument.base, time, rates[instrument.base])
            last = _last(facts)
            if last is not None:
                worth.rates.tell(instrument.base, last, facts.cash[instrument.base].rate)
    rates[facts.currency] = 1.0
    tidied = {name: amount if abs(amount) > 1e-9 else 0.0 for name, amount in cash.items()}
    return Opening(time, tidied, rates, dict(held))


def _first_time(facts: LeanFacts) -> datetime:
    """When the account was taken over: before its first event and point."""
    first = [*(each.time for each in facts.equity[:1]), *(each.time for each in facts.events[:1])]
    begun = [] if facts.begun is None else [facts.begun]
    if not first and not begun:
        raise ResultError("nothing of the run has a time")
    return min([*first, *begun])


def _moved(
    fills: Sequence[LeanEvent], instruments: Mapping[str, Instrument], held: Held
) -> dict[str, float]:
    """Currency -> what all fills moved of the cash, their fees among it."""
    cash = ShadowCash()
    holdings: dict[str, Holding] = {}
    for sid, (quantity, average) in held.items():
        holdings[sid] = Holding(instruments[sid])
        holdings[sid].fill(quantity, average)
    for event in fills:
        instrument = instruments[event.sid]
        holding = holdings.setdefault(event.sid, Holding(instrument))
        fill_shadow(cash, holding, event.quantity, event.price)
        if event.fee:
            fill = Fill(
                event.time, event.order_id, event.event_id, event.sid, event.quantity, event.price,
                event.fee, event.fee_currency,
            )  # fmt: skip
            fee, currency = fee_in_cash(fill, instrument)
            cash.move(currency, -fee)
    return dict(cash.expected)


class LiveImport(ResultImport):
    """Rebuilds a live run of one deployment or of several.

    Args:
        deployments: Their results, the oldest first.
        more: As of a `ResultImport`.
    """

    def __init__(self, deployments: Sequence[LeanFacts], *more: Any) -> None:
        super().__init__(joined(deployments), *more)
        self._deployments = deployments

    def record(self) -> RunRecord:
        """The record of the run; errors as of a `ResultImport`."""
        known = self.known_multipliers()
        all_of: list[Deployed] = []
        for facts in self._deployments:
            all_of.append(deployed(facts, known))
            sure = all_of[-1].worth
            known |= {
                sid: value
                for sid, value in sure.multipliers.items()
                if sid not in sure.unsure | sure.unknown
            }
        self.feed = self._played_all(all_of)
        instruments = {sid: one for each in all_of for sid, one in each.instruments.items()}
        found = Findings(
            facts=self._facts,
            feed=self.feed,
            instruments=instruments,
            modes={sid: one.normalization for sid, one in instruments.items()},
            unmatched=sum(each.unmatched for each in all_of),
            unsolved=self.feed.guessed,
            unsure={sid for each in all_of for sid in each.worth.unsure},
            unknown={sid for each in all_of for sid in each.worth.unknown},
            differing=self.differing(),
            opposed=self.feed.opposed,
            splits=False,
            loose=any(_loose(each) for each in all_of),
        )
        return self._recorded(found)

    def names(self) -> tuple[str, ...]:
        """LEAN's ids of the deployments, the oldest first."""
        return tuple(dict.fromkeys(facts.name for facts in self._deployments))

    def _played_all(self, all_of: Sequence[Deployed]) -> ResultFeed:
        first = all_of[0]
        feed = ResultFeed(
            first.facts,
            first.instruments,
            first.worth.rates,
            first.lines,
            self._zone,
            FlowCause.INTEREST,
        )
        feed.open(first.opening or self._guessed_opening(first.facts))
        for at, each in enumerate(all_of):
            if at:
                feed.redeploy(
                    each.facts, each.instruments, each.worth.rates, each.lines, each.opening
                )
            feed.play(each.facts.events, Timeline(tuple(last_samples(each.facts))))
        return feed

    def _guessed_opening(self, facts: LeanFacts) -> Opening:
        """The account at its beginning where the result shows no cash."""
        value = money_in(facts.statistics.get("Start Equity", ""))
        if value is None and facts.equity:
            value = facts.equity[0].value
        return Opening(_first_time(facts), {facts.currency: value or 0.0}, {facts.currency: 1.0})


def _loose(each: Deployed) -> bool:
    """Whether a deployment began with foreign cash that no holding explains."""
    if each.opening is None:
        return False
    cash = dict(each.opening.cash)
    cash.pop(each.facts.currency, None)
    for sid, (quantity, _) in each.opening.holdings.items():
        base = each.instruments[sid].base
        if base in cash:
            cash[base] -= quantity
    return any(abs(amount) > 1e-9 for amount in cash.values())


def joined(deployments: Sequence[LeanFacts]) -> LeanFacts:
    """The facts of several deployments as those of one run; orders and statistics of the last."""
    last = deployments[-1]
    if len(deployments) == 1:
        return last
    trades = [each.trades for each in deployments]
    listed = [trade for each in trades if each is not None for trade in each]
    return replace(
        last,
        events=[event for each in deployments for event in each.events],
        profits=[sample for each in deployments for sample in each.profits],
        trades=listed if all(each is not None for each in trades) else None,
        equity=_in_order(sample for each in deployments for sample in each.equity),
        has_events=all(each.has_events for each in deployments),
        begun=deployments[0].begun,
        problems=tuple(problem for each in deployments for problem in each.problems),
    )


def _in_order(samples: Any) -> list[Sample]:
    return sorted(samples, key=lambda sample: sample.time)
