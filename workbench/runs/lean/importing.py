"""The record of a run that LEAN's result files tell, rebuilt by the project's own ledger."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import fsum
from pathlib import Path
from typing import Any, NamedTuple

from models.events.account import DayEnd, Opening
from models.events.corporate_actions import Dividend
from models.events.instruments import SECURITY_RULES, Instrument
from workbench.frames.told import told_of_tracker
from workbench.results.ledger_text import ResultLedger
from workbench.runs.building import Origin, record_of
from workbench.runs.exactness import Exactness
from workbench.runs.lean.compared import NEAR_CENT, differing, gross
from workbench.runs.lean.data_folder import LeanData
from workbench.runs.lean.facts import LeanFacts, Sample
from workbench.runs.lean.feed import ResultFeed
from workbench.runs.lean.fields import ResultError
from workbench.runs.lean.fills import Closing, FoundSplit, match, play
from workbench.runs.lean.instruments import describe, traded_sids
from workbench.runs.lean.labels import (
    PAYS_DIVIDENDS,
    Findings,
    cause_of,
    labels_of,
    unrealized_label,
)
from workbench.runs.lean.left_ledger import with_ledger
from workbench.runs.lean.parsing import money_in
from workbench.runs.lean.prices import price_lines
from workbench.runs.lean.riskless import RisklessRate, riskless_rate
from workbench.runs.lean.splits import found_splits, split_points
from workbench.runs.lean.timeline import Timeline
from workbench.runs.lean.worth import Solver, Worth
from workbench.runs.lean.zones import zone_of
from workbench.runs.record import RunRecord, SourceFile
from workbench.statistics.figures import own_statistics

DAY = timedelta(days=1)
NO_JUMP = 1e-5  # part of the equity that prices may move it by between two points of the chart
NEAR_PART = 1e-6  # how near a closing must be to what LEAN recorded of it, beside half a cent


class ToldActions(NamedTuple):
    """What LEAN's data state of what a run traded.

    Attributes:
        dividends: The dividends.
        splits: The splits.
        known: The Symbol IDs of what there is a factor file of.
        prices: Raw prices by Symbol ID.
    """

    dividends: list[Dividend]
    splits: list[FoundSplit]
    known: set[str]
    prices: dict[str, list[tuple[datetime, float]]]


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
        self._ledger = ledger
        self._data = None if data is None else LeanData(data)
        self._closings: list[Closing] = []
        self._closed = 0.0
        self._unsolved = 0
        self._riskless: RisklessRate | None = None
        self._zone = zone_of(facts)
        self._fills = [event for event in facts.events if event.fills]
        self._described = describe(facts, traded_sids(facts.events))

    def record(self) -> RunRecord:
        """The record of the run.

        Raises:
            ResultError: The result states something that cannot be.
        """
        facts, trades = self._facts, self._facts.trades
        told = self._told_actions()
        guessed = found_splits(trades or (), self._fills, self._described, self._zone)
        own = [split for split in guessed if split.sid not in told.known]
        splits = [*told.splits, *self._believed(own)]
        worth, unmatched = self._solve(splits)
        self._closed = self._gained(worth)
        instruments = {
            sid: each.instrument(sid, worth.multipliers[sid])
            for sid, each in self._described.items()
        }
        self.feed = self._played(instruments, worth, splits, told)
        found = Findings(
            facts=facts,
            feed=self.feed,
            instruments=instruments,
            modes={sid: each.mode for sid, each in self._described.items()},
            unmatched=unmatched,
            unsolved=self._unsolved,
            unsure=worth.unsure,
            unknown=worth.unknown,
            differing=self.differing(),
            opposed=self.feed.opposed,
            splits=any(not split.exact for split in splits),
            paid=told.known >= self._paying(),
            riskless=self._riskless,
        )
        return self._recorded(found)

    def _believed(self, splits: Sequence[FoundSplit]) -> list[FoundSplit]:
        """Those of the splits with which LEAN's records come out better than without."""
        if not splits or not self._facts.profits:
            return [*splits]
        before, after = self._misfits(()), self._misfits(splits)
        return [each for each in splits if after[each.sid] < before[each.sid]]

    def _misfits(self, splits: Sequence[FoundSplit]) -> Counter[str]:
        """Symbol ID -> how many closings of shares are not as LEAN recorded them."""
        blank = {sid: each.instrument(sid, 1.0) for sid, each in self._described.items()}
        closings = play(self._fills, blank, splits).closings
        match(closings, self._fills, self._facts.profits)
        found: Counter[str] = Counter()
        for closing in closings:
            fill = self._fills[closing.at]
            said = None if closing.recorded is None else closing.recorded + 2.0 * fill.fee
            if said is None or abs(said - closing.gain) > NEAR_CENT + NEAR_PART * abs(said):
                found[fill.sid] += 1
        return found

    def _solve(self, splits: Sequence[FoundSplit]) -> tuple[Worth, int]:
        """Multipliers and rates, and how many closings have no record."""
        blank = {sid: each.instrument(sid, 1.0) for sid, each in self._described.items()}
        self._closings = closings = play(self._fills, blank, splits).closings
        unmatched = match(closings, self._fills, self._facts.profits)
        known = self.known_multipliers()
        multipliers = {sid: value for sid, value in known.items() if sid in self._described}
        facts, described = self._facts, self._described
        return Solver(facts, described, self._fills, closings, multipliers).solve(), unmatched

    def _gained(self, worth: Worth) -> float:
        """What the closing fills made at LEAN's average prices, account currency."""
        total = 0.0
        for closing in self._closings:
            fill = self._fills[closing.at]
            multiplier = worth.multipliers[fill.sid]
            instrument = self._described[fill.sid].instrument(fill.sid, multiplier)
            rate = worth.rates.at(instrument.currency, fill.time) or 0.0
            total += closing.gain * multiplier * rate
            known = worth.rates.knows(instrument.currency, fill.time)
            self._unsolved += bool(closing.gain) and not known
        return total

    def known_multipliers(self) -> dict[str, float]:
        """Multipliers that something better than the result tells, by Symbol ID."""
        found: dict[str, float] = {}
        for sid, described in self._described.items():
            stated = None if self._data is None else self._data.multiplier(described)
            if stated is not None:
                found[sid] = stated
        known = {} if self._ledger is None else self._ledger.instruments
        return found | {sid: worth.multiplier for sid, worth in known.items()}

    def _told_actions(self) -> ToldActions:
        """The dividends and splits that LEAN's data state of what the run traded."""
        found = ToldActions([], [], set(), {})
        for sid in self._paying() if self._data is not None else ():
            described = self._described[sid]
            actions = self._data.actions(sid, described) if self._data else None
            if actions is not None:
                found.known.add(sid)
                found.dividends.extend(actions.dividends)
                found.splits.extend(map(self._placed, actions.splits))
            if self._data is not None and described.mode in ("RAW", ""):
                found.prices[sid] = self._data.prices(described)
        return found

    def _paying(self) -> set[str]:
        """The Symbol IDs of what may pay dividends or split."""
        return {
            sid
            for sid, each in self._described.items()
            if SECURITY_RULES[each.facts.security_type].pays_dividends
            and each.mode in PAYS_DIVIDENDS
        }

    def _placed(self, split: FoundSplit) -> FoundSplit:
        """A split with the place of the first fill after it."""
        times = [fill.time for fill in self._fills]
        return replace(split, before=bisect_left(times, split.time))

    def differing(self) -> int | None:
        """How many of LEAN's trades come out otherwise; None where the result lists none."""
        trades = self._facts.trades
        return None if trades is None else differing(trades, self.feed.lean_trades)

    def _played(
        self,
        instruments: Mapping[str, Instrument],
        worth: Worth,
        splits: Sequence[FoundSplit],
        told: ToldActions,
    ) -> ResultFeed:
        facts = self._facts
        shares = bool(self._paying() - told.known)
        points = split_points(splits, self._fills)
        lines = price_lines(
            facts, {sid: [*points.get(sid, ()), *told.prices.get(sid, ())] for sid in instruments}
        )
        feed = ResultFeed(facts, instruments, worth.rates, lines, self._zone, cause_of(shares))
        start = self._start()
        feed.open(Opening(start.time, {facts.currency: start.value}, {facts.currency: 1.0}))
        timeline = self._timeline(instruments, splits, told.dividends, start)
        feed.play(facts.events, timeline)
        return feed

    def _start(self) -> Sample:
        """The account at its beginning.

        Cash that has no rate yet is worth nothing to LEAN at first: where there are foreign
        currencies and the equity jumps before anything is traded, it begins with what it jumps to.
        """
        facts = self._facts
        if facts.equity:
            foreign = any(each.quote != facts.currency for each in self._described.values())
            coins = any(each.base for each in self._described.values())
            first, later = facts.equity[0], facts.second_open
            quiet = len(facts.equity) > 1 and not self._traded_by(facts.equity[1].time)
            if later is not None and quiet and (foreign or coins):
                jumped = abs(later - first.value) > NO_JUMP * abs(first.value)
                return Sample(first.time, later if jumped else first.value)
            return first
        text = facts.statistics.get("Start Equity", "")
        value, event = money_in(text), next(iter(facts.events), None)
        time = event.time if event is not None else self._local(facts.start)
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
        dividends: Sequence[Dividend],
        start: Sample,
    ) -> Timeline:
        samples = (start, *(each for each in last_samples(self._facts) if each.time > start.time))
        equity = {sample.time: sample.value for sample in samples}
        days = self._days(equity, start.value)
        last = samples[-1].time
        expiries = []
        for sid, instrument in instruments.items():
            if instrument.expiry is not None:
                end = (instrument.expiry.replace(tzinfo=self._zone) + DAY).astimezone(UTC)
                expiries += [(end, sid)] if end <= last else []
        return Timeline(
            samples,
            days,
            tuple(split for split in splits if start.time <= split.time <= last),
            tuple(each for each in dividends if start.time <= each.time <= last),
            tuple(sorted(expiries)),
        )

    def _days(self, equity: Mapping[datetime, float], capital: float) -> tuple[DayEnd, ...]:
        """LEAN's daily samples, with the risk-free rate that its own figures tell."""
        facts = self._facts
        days = tuple(
            DayEnd(sample.time, equity[sample.time], sample.value)
            for sample in facts.benchmark
            if sample.time in equity
        )
        stated = facts.performance["portfolioStatistics"] or {}
        a_year = facts.days_per_year
        self._riskless = riskless_rate(days, stated, capital=capital, days_a_year=a_year)
        if self._riskless is None:
            return days
        return tuple(replace(day, risk_free=self._riskless.rate) for day in days)

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
        gained = balance["realized"] + balance["unrealized"] + balance["settlement"]
        unrealized = unrealized_label(found, gained - self._closed, shown, paid)
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
