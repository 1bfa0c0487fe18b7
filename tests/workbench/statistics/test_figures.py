"""All statistics of a run: LEAN's as LEAN prints them, ours that hang together, the empty cases."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from models.errors import UnknownStrategyError
from models.execution.group_metrics import OrderGroup
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, Switch
from models.statistics.lean_portfolio import PORTFOLIO_FIELDS, LeanStatistics
from models.statistics.lean_trades import TRADE_FIELDS
from models.statistics.lean_windows import lean_trade_statistics as trade_block
from models.statistics.periods import period_ladder
from models.statistics.portfolio import OWN, own_statistics
from models.trades.statistics import GroupBy
from tests.lean_samples import Sampled
from tests.models.statistics.lean_portfolio_results import (
    FINISHED,
    differences,
    lean_result,
    leans,
    sampled,
)
from tests.models.statistics.lean_trade_results import different, number
from tests.models.statistics.test_lean_portfolio import DIFFERENCES, NOTHING
from tests.models.statistics.test_lean_trades import NARROWER
from tests.recordings.played import LONG, NAMES, played
from tests.workbench.engine import tapes
from workbench.engine.tape import read_tape
from workbench.json_text import json_text
from workbench.recordings import recordings
from workbench.replay.replay import Replay
from workbench.replay.saved_state import load
from workbench.statistics.figures import (
    JSON,
    OF_CLOSINGS,
    closes,
    own_figures,
    portfolio_texts,
    replay_statistics,
    state_statistics,
)

COMPARED = [name for name in FINISHED if name != LONG]
BLOCKS = ("portfolioStatistics", "tradeStatistics")


def replayed(name: str) -> Replay:
    """A recording that was played."""
    return played(name).replay


@lru_cache(maxsize=3)
def found(name: str) -> JSON:
    """Its statistics."""
    return replay_statistics(replayed(name))


# --- LEAN's

# Of the replayed book's trades LEAN's trade builder may have seen prices that no mark shows
# (`NARROWER`). Recording -> figure -> in how many rolling windows it differs, the largest gap.
NARROWER_WINDOWS: dict[str, dict[str, tuple[int, float]]] = {
    "cash-account": {
        "averageMAE": (24, 1799.4084),
        "largestMAE": (24, 5630.7),
        "maximumIntraTradeDrawdown": (24, 5357.7),
        "maximumEndTradeDrawdown": (24, 5736.64),
    },
    "cash-flows": {
        "averageMAE": (119, 9578.86),
        "largestMAE": (119, 9648.11),
        "maximumIntraTradeDrawdown": (119, 9745.51),
        "maximumEndTradeDrawdown": (119, 9693.36),
    },
    "crypto-future-funding": {
        "averageMAE": (4, 0.025),
        "averageMFE": (4, 2.525),
        "largestMFE": (4, 5.0),
        "maximumIntraTradeDrawdown": (4, 5.0),
        "averageEndTradeDrawdown": (4, 2.525),
    },
    "euro-futures": {
        "averageMFE": (4, 7.6767),
        "largestMFE": (4, 9.21),
        "maximumIntraTradeDrawdown": (4, 9.21),
        "maximumEndTradeDrawdown": (4, 9.22),
        "averageEndTradeDrawdown": (4, 7.6767),
    },
    "futures-2700-fills": {
        "averageMAE": (4, 3.199),
        "averageMFE": (4, 0.9389),
        "largestMFE": (4, 122.5),
        "averageEndTradeDrawdown": (4, 0.9389),
    },
    "futures-roll": {
        "averageMAE": (4, 6.25),
        "largestMAE": (4, 6.25),
        "maximumIntraTradeDrawdown": (4, 6.25),
    },
    "macd-eleven-years": {
        "averageMAE": (314, 1303.82),
        "largestMAE": (257, 1303.82),
        "maximumIntraTradeDrawdown": (372, 2677.31),
        "maximumEndTradeDrawdown": (336, 3067.75),
        "averageMFE": (346, 1373.49),
        "largestMFE": (317, 1373.49),
        "averageEndTradeDrawdown": (346, 1373.49),
    },
    "opposed-futures": {
        "averageMFE": (4, 10.4167),
        "largestMFE": (4, 12.5),
        "maximumIntraTradeDrawdown": (4, 12.5),
        "maximumEndTradeDrawdown": (4, 12.5),
        "averageEndTradeDrawdown": (4, 10.4167),
    },
    "option-combos": {
        "averageMAE": (4, 10.2334),
        "averageMFE": (4, 55.6666),
        "largestMFE": (4, 225.0),
        "maximumIntraTradeDrawdown": (4, 240.0),
        "maximumEndTradeDrawdown": (4, 50.0),
        "averageEndTradeDrawdown": (4, 55.6666),
    },
    "splits-and-shorts": {
        "averageMFE": (7, 479.738),
        "maximumEndTradeDrawdown": (7, 4174.34),
        "averageEndTradeDrawdown": (7, 479.738),
    },
    "three-strategies": {
        "averageMAE": (60, 247.4827),
        "averageMFE": (55, 207.1851),
        "largestMAE": (34, 21216.58),
        "largestMFE": (35, 35716.45),
        "maximumIntraTradeDrawdown": (55, 51790.15),
        "maximumEndTradeDrawdown": (40, 38715.51),
        "averageEndTradeDrawdown": (55, 207.1851),
    },
}


def floats(block: dict[str, str]) -> dict[str, float]:
    """LEAN's texts as numbers."""
    return {name: float(text) for name, text in block.items()}


@pytest.mark.parametrize("name", COMPARED)
def test_portfolio_figures_are_leans_but_for_those_listed(name: str) -> None:
    """Of the run and of every rolling window, field by field, in LEAN's order."""
    lean = found(name)["lean"]
    windows = {
        key: floats(blocks["portfolioStatistics"]) for key, blocks in lean["rollingWindow"].items()
    }
    ours, theirs = LeanStatistics(floats(lean["portfolioStatistics"]), windows), leans(name)
    assert differences(ours, theirs) == DIFFERENCES.get(name, NOTHING)
    assert list(ours.total) == list(theirs.total) == list(PORTFOLIO_FIELDS)
    assert list(ours.windows) == list(theirs.windows)


@pytest.mark.parametrize("name", COMPARED)
def test_trade_figures_are_leans_but_for_those_listed(name: str) -> None:
    """Of the run and of every rolling window only figures of excursions differ, as listed."""
    lean, result = found(name)["lean"], lean_result(name)
    theirs = result["totalPerformance"]["tradeStatistics"]
    assert different(lean["tradeStatistics"], theirs) == NARROWER.get(name, {})
    assert list(lean["tradeStatistics"]) == list(theirs) == list(TRADE_FIELDS)
    gaps: dict[str, list[float]] = {}
    for key, blocks in result["rollingWindow"].items():
        ours = lean["rollingWindow"][key]["tradeStatistics"]
        for figure, (one, other) in different(ours, blocks["tradeStatistics"]).items():
            gaps.setdefault(figure, []).append(abs(float(number(one) - number(other))))
    listed = {figure: (len(each), round(max(each), 4)) for figure, each in gaps.items()}
    assert listed == NARROWER_WINDOWS.get(name, {})


@pytest.mark.parametrize("name", COMPARED)
def test_figures_have_leans_types_and_digits(name: str) -> None:
    """Texts are texts and whole numbers whole; an equal number is the same text but for zeros."""
    result, lean = lean_result(name), found(name)["lean"]
    pairs = [(lean, result["totalPerformance"])]
    pairs += [(lean["rollingWindow"][key], each) for key, each in result["rollingWindow"].items()]
    for ours, theirs in pairs:
        for block in BLOCKS:
            for figure, value in theirs[block].items():
                one = ours[block][figure]
                assert type(one) is type(value)
                if one != value and number(one) == number(value):
                    assert bare(one) == bare(value)


def bare(text: str) -> str:
    """A number's text without the zeros at its end."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def test_texts_are_cut_as_leans() -> None:
    """Four decimals or three; nothing is 0, rates and amounts have no zeros at the end."""
    figures = {"alpha": -0.5, "drawdown": 0.02, "winRate": 0.5, "endEquity": 1e5, "beta": -0.0}
    texts = portfolio_texts({**figures, "drawdownRecovery": 40.0, "startEquity": 99.25})
    assert list(texts.values()) == [
        *("-0.5000", "0.020", "0.5", "100000", "0"),
        *("40", "99.25"),
    ]


@pytest.mark.recording("option-combos")
def test_where_lean_throws_its_figures_away_its_trades_go_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One figure that is no decimal leaves LEAN with empty blocks and no window."""
    replay = replayed("option-combos")
    nothing = LeanStatistics(dict.fromkeys(PORTFOLIO_FIELDS, 0.0), {})
    monkeypatch.setattr(replay, "lean_statistics", lambda: nothing)
    lean = replay_statistics(replay)["lean"]
    assert set(lean["portfolioStatistics"].values()) == {"0"}
    assert (lean["tradeStatistics"], lean["rollingWindow"]) == (trade_block([]), {})


# --- ours


@pytest.mark.parametrize("name", NAMES)
def test_it_is_json_of_five_parts(name: str) -> None:
    """Nothing is NaN or infinite, what is read back is the same, and asking changes nothing."""
    text = json_text(found(name))
    assert list(json.loads(text)) == ["lean", "own", "strategies", "execution", "basis"]
    assert json_text(replay_statistics(replayed(name))) == text


SUMS = ("trades", "wins", "losses", "breakevens", "net_pnl", "fees", "gross_profit", "gross_loss")


def add_up(parts: list[JSON], whole: JSON, names: tuple[str, ...]) -> None:
    """Assert that figures of parts sum to those of the whole."""
    for figure in names:
        total = sum(each[figure] for each in parts)
        assert total == pytest.approx(whole[figure], rel=1e-9, abs=1e-6), figure


@pytest.mark.parametrize("name", NAMES)
def test_groups_of_trades_sum_to_the_whole(name: str) -> None:
    """Sides and every kind of group share the trades out, of the account and of strategies."""
    blocks = [found(name)["own"], *found(name)["strategies"].values()]
    for trades in (block["trades"] for block in blocks):
        add_up([trades["long"], trades["short"]], trades["all"], SUMS)
        for groups in trades["by"].values():
            add_up(list(groups.values()), trades["all"], SUMS)
    kinds = {by.value for by in GroupBy} - {"side"}
    assert set(blocks[0]["trades"]["by"]) == kinds
    assert all(set(block["trades"]["by"]) == kinds - {"strategy"} for block in blocks[1:])


@pytest.mark.parametrize("name", NAMES)
def test_strategies_sum_to_the_account(name: str) -> None:
    """Their trades are the account's, each once, and are its groups by strategy."""
    own, strategies = found(name)["own"]["trades"], found(name)["strategies"]
    add_up([each["trades"]["all"] for each in strategies.values()], own["all"], SUMS)
    for strategy, group in own["by"]["strategy"].items():
        assert strategies[strategy]["trades"]["all"] == group


@pytest.mark.parametrize("name", NAMES)
def test_groups_of_orders_sum_to_the_account(name: str) -> None:
    """Every kind of group shares the orders out."""
    execution = found(name)["execution"]
    for group in OrderGroup:
        if group is not OrderGroup.ACCOUNT:
            names = ("orders", "fills", "partial", "value", "fees", "outside")
            add_up(execution[group.value], execution["account"], names)
    ended = {order["order_id"] for order in execution["orders"]}
    assert len(ended) == min(execution["account"]["orders"], 200)


@pytest.mark.parametrize("name", NAMES)
def test_each_portfolio_figure_says_what_it_is(name: str) -> None:
    """Value, n, days a year and the key of a formula, for the account and each strategy."""
    blocks = [found(name)["own"], *found(name)["strategies"].values()]
    definitions = blocks[0]["definitions"]
    for block in blocks:
        assert list(block["portfolio"]) == list(OWN)
        for figure in block["portfolio"].values():
            assert set(figure) == {"value", "n", "days_a_year", "definition"}
            assert figure["definition"] in definitions


@pytest.mark.recording("three-strategies")
def test_the_account_is_that_of_the_tracker() -> None:
    """Figures are those of its own questions; the turnover alone needs more."""
    tracker, own = replayed("three-strategies").tracker, found("three-strategies")["own"]
    asked = tracker.trade_statistics().to_dict()
    turnover = own["trades"]["all"]["value_traded"] / sampled_mean("three-strategies")
    assert own["trades"]["all"] == {**asked, "turnover": pytest.approx(turnover)}
    assert own["periods"]["since_start"] == pytest.approx(tracker.summary().total_return)
    account = found("three-strategies")["execution"]["account"]
    assert account == tracker.execution_quality()[0].to_dict()


def sampled_mean(name: str) -> float:
    """The mean equity of LEAN's daily samples, read off the tape."""
    equity = sampled(name).samples.equity
    return sum(equity) / len(equity)


def test_quiet_weekdays_are_days_of_a_run() -> None:
    """Eleven years have 2,870 weekdays; the days on which nothing was held are among them."""
    tracker = replayed("macd-eleven-years").tracker
    sharpe = found("macd-eleven-years")["own"]["portfolio"]["sharpe"]
    assert (sharpe["n"], sharpe["days_a_year"]) == (2_870, 252)
    days, returns = tracker.daily_returns()
    rates = tracker.samples.risk_free
    rate, deviation = sum(rates) / len(rates), returns.std(ddof=1)
    compounded = returns.mean() - ((1.0 + rate) ** (1.0 / 252) - 1.0)  # as QuantStats has it
    assert sharpe["value"] == pytest.approx(compounded / deviation * 252**0.5, rel=1e-9)
    divided = (returns.mean() - rate / 252) / deviation * 252**0.5
    assert (round(sharpe["value"], 3), round(divided, 3)) == (0.108, 0.106)
    assert len(days) == len(returns) == tracker.summary().account.trading_days == 2_870
    assert (days[0], days[-1]) == (date(2004, 1, 1), date(2014, 12, 31))
    plain = returns.mean() / returns.std(ddof=1) * 252**0.5
    assert tracker.strategies()["main"].sharpe_ratio == pytest.approx(plain)


@pytest.mark.parametrize("name", ["three-strategies", "cash-account", "macd-eleven-years"])
def test_closes_are_the_samples_of_the_midnights_after(name: str) -> None:
    """Without deposits the NAV at each close is LEAN's sample of it, as is the benchmark."""
    tracker, read = replayed(name).tracker, sampled(name)
    series = closes(tracker)
    samples = by_date(read, tracker)
    assert series.benchmark is not None
    assert list(series.benchmark) == [samples[day][1] for day in map(int, series.day)]
    assert all(series.benchmark)
    navs = [samples[day][0] / read.capital for day in map(int, series.day)]
    assert list(series.nav) == pytest.approx(navs, rel=1e-9)


def by_date(read: Sampled, tracker: PerformanceTracker) -> dict[int, tuple[float, float]]:
    """Equity and benchmark of a tape's samples by the date that they close."""
    return {
        date_closed(time, tracker): (equity, benchmark)
        for time, equity, benchmark, *_ in zip(*read.samples, strict=True)
    }


def date_closed(time: float, tracker: PerformanceTracker) -> int:
    """The date before a midnight; of any other time its own."""
    local = datetime.fromtimestamp(time, UTC).astimezone(tracker.zone)
    midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
    return local.toordinal() - midnight


# --- empty cases


@pytest.mark.recording("no-trades")
def test_without_trades_only_counts_and_sums_are_there() -> None:
    """`no-trades`: 8 years, nothing traded; LEAN's blocks are its own, ours have no ratio."""
    values = found("no-trades")
    own, theirs = values["own"], lean_result("no-trades")["totalPerformance"]
    assert values["strategies"] == {}
    assert values["lean"]["tradeStatistics"] == theirs["tradeStatistics"]
    assert {name for name, value in own["trades"]["all"].items() if value == 0} >= set(SUMS)
    assert own["trades"]["all"]["win_rate"] is None
    assert all(groups == {} for groups in own["trades"]["by"].values())
    assert own["portfolio"]["sharpe"]["value"] is None
    assert own["portfolio"]["total_return"]["value"] == 0.0
    assert own["drawdowns"] == []
    assert values["execution"]["account"]["score"] is None
    assert values["execution"]["orders"] == values["execution"]["symbol"] == []


@pytest.mark.recording("live-paper")
def test_a_live_run_of_minutes_has_what_a_day_can_give() -> None:
    """`live-paper`: one open day, so no deviation and no ratio to it; its trades are all there."""
    values = found("live-paper")
    portfolio = values["own"]["portfolio"]
    assert tuple(portfolio["volatility"].values()) == (None, 1, 365, "own.volatility")
    assert portfolio["beta"]["n"] == 0
    assert values["own"]["trades"]["all"]["trades"] == 39
    assert list(values["strategies"]) == ["swing1", "swing0", "rebalance"]
    assert values["lean"]["portfolioStatistics"]["startEquity"] == "1000000"


@pytest.mark.recording("option-combos")
@pytest.mark.parametrize("mark", [(), (tapes.mark(tpv=1000.0),)], ids=["no mark", "one mark"])
def test_a_run_of_nothing_has_every_field(tmp_path: Path, mark: tuple[tapes.Line, ...]) -> None:
    """Without a benchmark, a full day, a fill or even a mark all keys are there; all is JSON."""
    dark = tapes.end(benchmark=0.0, tpv=1000.0, sale_volume=0.0)
    replay = Replay(tapes.tape(tmp_path, *mark, dark))
    for _ in replay.play():
        pass
    values = json.loads(json_text(replay_statistics(replay)))
    assert set(values["own"]) == set(found("option-combos")["own"])
    assert {figure["n"] for figure in values["own"]["portfolio"].values()} <= {0, len(mark)}
    assert list(values["lean"]["tradeStatistics"]) == list(TRADE_FIELDS)


def test_a_tracker_that_saw_nothing_has_every_field() -> None:
    """Before the first event nothing is defined, and nothing fails."""
    tracker = PerformanceTracker(settings=Settings(execution=Switch.ON))
    values = json.loads(json_text(state_statistics(tracker)))
    assert {figure["value"] for figure in values["own"]["portfolio"].values()} == {None}
    assert set(values["own"]["periods"].values()) == {None}
    assert values["own"]["trades"]["all"]["turnover"] is None
    assert values["execution"]["account"]["orders"] == 0


def test_execution_that_is_off_is_null() -> None:
    """Then there is no account to show, and no group."""
    tracker = PerformanceTracker(settings=Settings(execution=Switch.OFF))
    execution = state_statistics(tracker)["execution"]
    assert execution.pop("account") is None
    assert set(map(len, execution.values())) == {0}


@pytest.mark.recording("option-combos")
def test_an_unknown_strategy_is_an_error() -> None:
    """The error names those there are."""
    with pytest.raises(UnknownStrategyError, match="condor"):
        own_figures(replayed("option-combos").tracker, "no such")


# --- saved states


@pytest.mark.parametrize(
    "name", ["option-combos", pytest.param("three-strategies", marks=pytest.mark.slow)]
)
def test_a_saved_state_has_the_replays_figures(tmp_path: Path, name: str) -> None:
    """Account, strategies and execution are equal to the last bit, segments of trades included."""
    tape, settings = read_tape(recordings()[name].path), {"persist": "on", "execution": "on"}
    replay = Replay(tape, store=tmp_path, **settings)  # type: ignore[arg-type]
    for _ in replay.play():
        pass
    assert not replay.tracker.errors
    saved = load(tmp_path)
    assert saved.problems == ()
    ours, theirs = state_statistics(saved.tracker), replay_statistics(replay)
    for part in ("own", "strategies", "execution"):
        assert ours[part] == theirs[part]
    assert bool(saved.snapshot.archive) == (name == "three-strategies")


def test_a_saved_state_has_of_leans_what_samples_give(tmp_path: Path) -> None:
    """Figures of closing fills are null, trades and windows are not there; the rest is LEAN's."""
    replay = Replay(
        read_tape(recordings()["cash-account"].path), store=tmp_path, persist="on", lean_book=False
    )
    for _ in replay.play():
        pass
    lean = state_statistics(load(tmp_path).tracker)["lean"]
    assert (lean["tradeStatistics"], lean["rollingWindow"]) == (None, {})
    ours = lean["portfolioStatistics"]
    theirs = lean_result("cash-account")["totalPerformance"]["portfolioStatistics"]
    assert list(ours) == list(theirs)
    assert {figure for figure, value in ours.items() if value is None} == set(OF_CLOSINGS)
    apart = different({**ours, **{name: theirs[name] for name in OF_CLOSINGS}}, theirs)
    assert apart == {"drawdownRecovery": ("64", "63")}


@pytest.mark.recording("option-combos")
def test_periods_since_the_deploy_are_those_of_the_last_one() -> None:
    """The ladder counts from the running deployment's local date."""
    tracker = replayed("option-combos").tracker
    begun = tracker.deployments[-1].time.astimezone(tracker.zone).date()
    periods: dict[str, Any] = own_figures(tracker)["periods"]
    assert periods == period_ladder(closes(tracker), begun)


@pytest.mark.parametrize("name", ["option-combos", "no-trades"])
def test_the_basis_is_what_ratios_are_taken_with(name: str) -> None:
    """With its days a year and its rate the portfolio's figures come out again."""
    tracker, basis = replayed(name).tracker, found(name)["basis"]
    again = own_statistics(tracker.portfolio_statistics().closes, **basis)
    assert {key: each._asdict() for key, each in again.items()} == found(name)["own"]["portfolio"]
