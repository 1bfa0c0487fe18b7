"""The record of a run that LEAN's result files tell, rebuilt by the project's own ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import fsum
from pathlib import Path
from typing import Any

from models.events.account import DayEnd, Opening
from models.events.instruments import Instrument
from models.trades.lean_trade import LeanTrade
from workbench.frames.told import told_of_tracker
from workbench.results.ledger_text import ResultLedger
from workbench.runs.building import Origin, record_of
from workbench.runs.exactness import Exactness, Label
from workbench.runs.lean.facts import ClosedTrade, LeanFacts, Sample
from workbench.runs.lean.feed import ResultFeed, Timeline
from workbench.runs.lean.fields import ResultError
from workbench.runs.lean.fills import FoundSplit, match, play
from workbench.runs.lean.instruments import describe, traded_sids
from workbench.runs.lean.labels import (
    PAYS_DIVIDENDS,
    Findings,
    cause_of,
    labels_of,
    unrealized_label,
)
from workbench.runs.lean.parsing import money_in
from workbench.runs.lean.prices import price_lines
from workbench.runs.lean.splits import found_splits, split_points
from workbench.runs.lean.worth import Solver, Worth
from workbench.runs.lean.zones import zone_of
from workbench.runs.record import RunRecord, SourceFile
from workbench.statistics.figures import own_statistics

DAY = timedelta(days=1)
NEAR_PRICE, NEAR_CENT = 1e-9, 0.0051


class ResultImport:
    """Rebuilds one backtest.

    Args:
        facts: What its files state.
        name: What the source is called.
        sources: Its files.
        ledger: The ledger that the run left in its result; None without one.
        data: LEAN's data folder; None without one.

    Attributes:
        feed: The feed, once it was played.
    """

    feed: ResultFeed

    def __init__(
        self,
        facts: LeanFacts,
        name: str,
        sources: Sequence[SourceFile],
        ledger: ResultLedger | None = None,
        data: Path | None = None,
    ) -> None:
        self._facts, self._name, self._sources = facts, name, sources
        self._ledger, self._data = ledger, data
        self._zone = zone_of(facts)
        self._fills = [event for event in facts.events if event.fills]
        self._described = describe(facts, traded_sids(facts.events))

    def record(self) -> RunRecord:
        """The record of the run.

        Raises:
            ResultError: The result states something that cannot be.
        """
        facts, trades = self._facts, self._facts.trades
        splits = found_splits(trades or (), self._fills, self._described, self._zone)
        worth, unmatched = self._solve(splits)
        instruments = {
            sid: each.instrument(sid, worth.multipliers[sid])
            for sid, each in self._described.items()
        }
        self.feed = self._played(instruments, worth, splits)
        found = Findings(
            facts=facts,
            feed=self.feed,
            instruments=instruments,
            modes={sid: each.mode for sid, each in self._described.items()},
            unmatched=unmatched,
            unsure=worth.unsure,
            unknown=worth.unknown,
            differing=self.differing(),
            opposed=self.feed.opposed,
            splits=bool(splits),
        )
        return self._recorded(found)

    def _solve(self, splits: Sequence[FoundSplit]) -> tuple[Worth, int]:
        """Multipliers and rates, and how many closings have no record."""
        blank = {sid: each.instrument(sid, 1.0) for sid, each in self._described.items()}
        closings = play(self._fills, blank, splits).closings
        unmatched = match(closings, self._fills, self._facts.profits)
        known = self.known_multipliers()
        multipliers = {sid: value for sid, value in known.items() if sid in self._described}
        facts, described = self._facts, self._described
        return Solver(facts, described, self._fills, closings, multipliers).solve(), unmatched

    def known_multipliers(self) -> dict[str, float]:
        """Multipliers that something better than the result tells, by Symbol ID."""
        known = {} if self._ledger is None else self._ledger.instruments
        return {sid: worth.multiplier for sid, worth in known.items()}

    def differing(self) -> int | None:
        """How many of LEAN's trades come out otherwise; None where the result lists none."""
        trades = self._facts.trades
        return None if trades is None else differing(trades, self.feed.lean_trades)

    def _played(
        self, instruments: Mapping[str, Instrument], worth: Worth, splits: Sequence[FoundSplit]
    ) -> ResultFeed:
        facts = self._facts
        shares = any(
            each.rules.pays_dividends and self._described[sid].mode in PAYS_DIVIDENDS
            for sid, each in instruments.items()
        )
        lines = price_lines(facts, split_points(splits, self._fills))
        feed = ResultFeed(facts, instruments, worth.rates, lines, self._zone, cause_of(shares))
        start = self._start()
        feed.open(Opening(start.time, {facts.currency: start.value}, {facts.currency: 1.0}))
        feed.play(facts.events, self._timeline(instruments, splits, start))
        return feed

    def _start(self) -> Sample:
        """The account at its beginning.

        Cash that has no rate yet is worth nothing to LEAN at first: where there are foreign
        currencies the second point counts, unless something was traded before.
        """
        facts = self._facts
        if facts.equity:
            foreign = any(each.quote != facts.currency for each in self._described.values())
            coins = any(each.base for each in self._described.values())
            early = [sample for sample in facts.equity[:2] if not self._traded_by(sample.time)]
            return Sample(
                facts.equity[0].time,
                early[-1].value if early and (foreign or coins) else facts.equity[0].value,
            )
        text = facts.statistics.get("Start Equity", "")
        value, first = money_in(text), next(iter(facts.events), None)
        time = first.time if first is not None else self._local(facts.start)
        if value is None or time is None:
            raise ResultError(f"{self._name} has neither a chart of equity nor a start equity")
        return Sample(time, value)

    def _traded_by(self, time: datetime) -> bool:
        return bool(self._fills) and self._fills[0].time <= time

    def _local(self, moment: datetime | None) -> datetime | None:
        """A moment of the algorithm's clock in UTC."""
        return None if moment is None else moment.replace(tzinfo=self._zone).astimezone(UTC)

    def _timeline(
        self,
        instruments: Mapping[str, Instrument],
        splits: Sequence[FoundSplit],
        start: Sample,
    ) -> Timeline:
        samples = (start, *(each for each in last_samples(self._facts) if each.time > start.time))
        equity = {sample.time: sample.value for sample in samples}
        days = (
            DayEnd(sample.time, equity[sample.time], sample.value)
            for sample in self._facts.benchmark
            if sample.time in equity
        )
        last = samples[-1].time
        expiries = []
        for sid, instrument in instruments.items():
            if instrument.expiry is not None:
                end = (instrument.expiry.replace(tzinfo=self._zone) + DAY).astimezone(UTC)
                expiries += [(end, sid)] if end <= last else []
        return Timeline(samples, tuple(days), tuple(splits), (), tuple(sorted(expiries)))

    # --- the record

    def names(self) -> tuple[str, ...]:
        """LEAN's ids of the run."""
        return (self._facts.name,)

    def _recorded(self, found: Findings) -> RunRecord:
        facts, tracker = self._facts, self.feed.tracker
        told = told_of_tracker(self._name, tracker, facts.problems, **self.feed.hearing.parts())
        statistics = {"lean": facts.performance, **own_statistics(tracker)}
        balance = tracker.balance()
        shown = money_in(facts.runtime.get("Unrealized", ""))
        paid = fsum(trade.commission for trade in tracker.open_trades())
        unrealized = unrealized_label(found, balance["unrealized"], shown, paid)
        origin = Origin(
            algorithm=facts.name,
            sources=self._sources,
            begun=self.feed.begun,
            deployments=self.names(),
            parameters=facts.parameters,
            lean_trades=len(self.feed.lean_trades if facts.trades is None else facts.trades),
            realized=gross(self.feed.lean_trades if facts.trades is None else facts.trades),
            lean=facts.statistics,
            labels=labels_of(found, unrealized),
        )
        record = record_of(tracker, told, statistics, origin)
        record = replace(record, balance=_untested(record, found))
        return record if self._ledger is None else with_ledger(record, self._ledger)


def last_samples(facts: LeanFacts) -> list[Sample]:
    """LEAN's equity, with the last of it where the chart was thinned or there is none."""
    samples = list(facts.equity)
    end = money_in(facts.statistics.get("End Equity", ""))
    last = max([each.time for each in facts.events[-1:]], default=None)
    if end is not None and last is not None and (not samples or samples[-1].time < last):
        samples.append(Sample(last, end))
    return samples


def _untested(record: RunRecord, found: Findings) -> dict[str, Any]:
    """The balance; what could not be tested is no 0."""
    tested = record.labels["unexplained"].exactness is not Exactness.ABSENT
    worst = found.feed.flat.worst
    figures = {"unexplained": record.balance["unexplained"], "max_abs_unexplained": worst}
    return {**record.balance, **(figures if tested else dict.fromkeys(figures))}


def gross(trades: Sequence[ClosedTrade | LeanTrade]) -> float:
    """LEAN's sum of the trades' P&L before fees."""
    return round(fsum(trade.profit_loss for trade in trades), 2)


def differing(trades: Sequence[ClosedTrade], rebuilt: Sequence[LeanTrade]) -> int:
    """How many of LEAN's trades are not among those that were rebuilt, in their order."""
    alike = sum(_same(ours, theirs) for ours, theirs in zip(rebuilt, trades, strict=False))
    return max(len(trades), len(rebuilt)) - alike


def _same(ours: LeanTrade, theirs: ClosedTrade) -> bool:
    if ours.symbols[0] != theirs.sid or ours.direction != theirs.direction:
        return False
    near = (
        (ours.entry_price, theirs.entry_price),
        (ours.exit_price, theirs.exit_price),
        (ours.quantity, theirs.quantity),
    )
    if any(abs(a - b) > NEAR_PRICE * max(1.0, abs(b)) for a, b in near):
        return False
    money = abs(ours.profit_loss - theirs.profit_loss), abs(ours.total_fees - theirs.total_fees)
    return max(money) < NEAR_CENT


def with_ledger(record: RunRecord, ledger: ResultLedger) -> RunRecord:
    """The record with the terms that the run's own tracker left in its result: they are exact."""
    total = ledger.total
    terms = {name: value for name, value in total.to_dict().items() if name in record.balance}
    exact = Label(Exactness.EXACT)
    named = (*terms, "starting_equity", "flows", "unexplained", "equity")
    labels = dict.fromkeys(named, exact)
    if not ledger.strategies_left_out:
        labels["strategies"] = exact
    equity = ledger.starting_equity + total.net_pnl + total.fx + ledger.flows + ledger.unexplained
    balance = {
        **record.balance,
        **terms,
        "starting_equity": ledger.starting_equity,
        "flows": ledger.flows,
        "unexplained": ledger.unexplained,
        "equity": equity - ledger.unexplained,
        "lean_equity": equity,
    }
    sheets = dict(ledger.strategies)
    if any(ledger.others.to_dict().values()):
        sheets["others"] = ledger.others
    return replace(
        record,
        balance=balance,
        sheets=sheets,
        fees=total.fees,
        equity=balance["equity"],
        labels={**record.labels, **labels},
    )
