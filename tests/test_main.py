"""The reference algorithm: what it sets up, what it sends when, and what it does with the tracker.

It runs as it is, under `tests.algorithm_imports`: through a market of a few instants, where what it
sends is filled, and over recordings of LEAN, where it sends nothing and hears of everything.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from models.ledger.result_text import LEDGER_STATISTIC
from models.settings import Alarm
from models.tracker.alerts import Alert
from models.tracker.notices import NoticeKind
from tests import algorithm_imports
from tests.algorithm_imports import Contract, Resolution, Scene
from tests.paper_market import PaperMarket, Step, engine_of, option
from tests.structure.source_tree import ROOT
from utils.notify.screen import screen_figures
from workbench.engine.engine import RecordedEngine
from workbench.engine.enums import DataNormalizationMode
from workbench.engine.reads import ReadMeter
from workbench.engine.state import SecurityState
from workbench.engine.symbols import Symbol
from workbench.engine.tape import Tape, read_tape
from workbench.launcher.configuration import algorithm_class
from workbench.recordings import recordings
from workbench.replay.replay import Replay

PARAMETERS: dict[str, str] = json.loads((ROOT / "config.json").read_text("utf-8"))["parameters"]
# Strikes around 750, and one that is 6 % in the money for a put.
LADDER = (*(737.5 + 2.5 * step for step in range(11)), 800.0)


@pytest.fixture
def bot() -> Iterator[Any]:
    """The algorithm's class, made from main.py under the double."""
    before = {name: sys.modules.pop(name, None) for name in ("AlgorithmImports", "main")}
    sys.modules["AlgorithmImports"] = algorithm_imports
    try:
        module: Any = importlib.import_module("main")
        # a clock that stands still: no save is slow, whatever the machine does beside it
        module.track = partial(module.track, clock=lambda: 1e9)
        yield module.HybridOptionsBot
    finally:
        for name, module in before.items():
            del sys.modules[name]
            if module is not None:
                sys.modules[name] = module


def at(clock: str, day: int = 23) -> datetime:
    """A clock time of New York on a day of December 2015."""
    return datetime.fromisoformat(f"2015-12-{day}T{clock}:00-05:00").astimezone(UTC)


def chain(expiry: str = "2015-12-24", without: float = 0.0, **quote: float) -> list[Contract]:
    """A chain of the ladder less one strike."""
    strikes = [strike for strike in LADDER if strike != without]
    return [Contract(option(r, strike, expiry), **quote) for r in "CP" for strike in strikes]


def hours(*closes: float, ticker: str = "AAPL") -> list[Step]:
    """Hourly bars of the warm-up's last day, one an hour from ten on."""
    return [
        Step(at("10:00", 22) + timedelta(hours=hour), 752.0, closes={ticker: close})
        for hour, close in enumerate(closes)
    ]


def run(bot: Any, *steps: Step, **parameters: str) -> tuple[Any, RecordedEngine]:
    """Play the algorithm through a market of these steps."""
    engine = engine_of(bot, PaperMarket(list(steps)), **parameters)
    engine.run()
    return engine.algorithm, engine


def sent(algorithm: Any, strategy: str = "") -> list[tuple[str, dict[str, int]]]:
    """What an algorithm sent for a strategy, or for all: the local time and the legs."""
    return [
        (f"{order.time:%d %H:%M}", order.legs)
        for order in algorithm.sent
        if order.tag == f"strategy={strategy}" or not strategy
    ]


# --- setting up


def test_it_is_the_one_algorithm_of_its_file() -> None:
    """LEAN takes the last QCAlgorithm it finds in main.py, so there must be no other."""
    assert algorithm_class(ROOT / "main.py") == "HybridOptionsBot"


def test_a_newcomer_can_read_it_at_one_sitting() -> None:
    """It stays under 180 lines."""
    assert len((ROOT / "main.py").read_text("utf-8").splitlines()) < 180


def test_it_asks_for_the_sample_data_there_is(bot: Any) -> None:
    """The days, stocks and options are those of LEAN's sample data, after a warm-up."""
    engine = engine_of(bot, PaperMarket([Step(at("09:31"), 752.0)]), **PARAMETERS)
    engine.initialize()
    made: Any = engine.algorithm
    assert made.set_up == {
        "start": (2015, 12, 23),
        "end": (2015, 12, 28),
        "cash": 250_000,
        "warm-up": timedelta(days=5),
    }
    hourly = {"resolution": Resolution.HOUR, "fill_forward": False}
    minutes = {"resolution": Resolution.MINUTE}
    filters = {"expiration": (0, 8), "strikes": (-10, 25)}
    assert made.subscribed == {
        **dict.fromkeys(("SPY", "IBM", "AAPL", "BAC", "AIG"), hourly),
        "GOOG": {**minutes, "data_normalization_mode": DataNormalizationMode.RAW},
        "options": {**minutes, "fill_forward": False, **filters},
    }


def test_its_settings_come_from_the_project_file(bot: Any) -> None:
    """A parameter of config.json sizes each strategy, and none is there for nothing."""
    own = {name for name in PARAMETERS if not name.startswith("tracker_")}
    assert own == {"trend_hours", "trend_value", "condor_quantity", "income_puts"}
    changed = {"trend_hours": "2", "trend_value": "500", "condor_quantity": "3", "income_puts": "4"}
    steps = (
        *hours(100.0),
        Step(at("09:31"), 752.0, chain()),
        Step(at("10:00"), 752.0, closes={"AAPL": 125.0}),
        Step(at("10:30"), 750.0, chain()),
    )
    algorithm, _ = run(bot, *steps, **changed)
    sizes = [next(iter(legs.values())) for _, legs in sent(algorithm)]
    assert sizes == [-4, 4, -3]


def test_nothing_is_sent_during_the_warm_up(bot: Any) -> None:
    """LEAN refuses orders then; the means take the bars in all the same."""
    early = [Step(at("10:30", 22), 750.0, chain(), closes={"AAPL": price}) for price in (1.0, 2.0)]
    algorithm, _ = run(bot, *early, trend_hours="2")
    assert algorithm.sent == []
    assert algorithm.means["AAPL"].is_ready


@pytest.mark.parametrize(("clock", "day"), [("09:29", 23), ("16:00", 23), ("13:00", 24)])
def test_nothing_is_sent_while_the_market_is_closed(bot: Any, clock: str, day: int) -> None:
    """LEAN would turn the orders into others that wait for the next open."""
    closed = Step(at(clock, day), 752.0, chain(), closes={"AAPL": 9.0})
    algorithm, _ = run(bot, *hours(1.0, 2.0), closed, trend_hours="2")
    assert algorithm.sent == []


# --- the strategies


def test_trend_holds_a_stock_while_it_is_above_its_mean(bot: Any) -> None:
    """It buys above the mean, once, and sells all below it."""
    prices = {"10:00": 110.0, "11:00": 120.0, "12:00": 90.0, "13:00": 80.0}
    steps = [Step(at(clock), 752.0, closes={"AAPL": price}) for clock, price in prices.items()]
    algorithm, _ = run(bot, *hours(100.0, 100.0), *steps, trend_hours="3", trend_value="1000")
    assert sent(algorithm) == [("23 10:00", {"AAPL": 9}), ("23 12:00", {"AAPL": -9})]


def test_trend_waits_for_its_mean(bot: Any) -> None:
    """A mean of too few bars says nothing."""
    algorithm, _ = run(bot, *hours(100.0), Step(at("10:00"), 752.0, closes={"AAPL": 110.0}))
    assert algorithm.sent == []


CONDOR = {"P745 12-24": -2, "C755 12-24": -2, "P740 12-24": 2, "C760 12-24": 2}


def test_the_condor_opens_and_closes_as_one_combo_order(bot: Any) -> None:
    """At half past ten it sells the second strikes and buys the fourth; at noon the reverse."""
    clocks = ("10:29", "10:30", "10:31", "11:59", "12:00", "12:01")
    algorithm, _ = run(bot, *(Step(at(clock), 750.0, chain(without=800.0)) for clock in clocks))
    back = {leg: -quantity for leg, quantity in CONDOR.items()}
    assert sent(algorithm) == [("23 10:30", CONDOR), ("23 12:00", back)]
    assert {order.tag for order in algorithm.sent} == {"strategy=condor"}
    assert algorithm.tracker.positions().strategies == {}


def test_the_condor_takes_the_first_expiry_after_today(bot: Any) -> None:
    """Options that expire today would be worth nothing by the time they are bought back."""
    both = chain(without=800.0) + chain("2015-12-31", without=800.0)
    algorithm, _ = run(bot, Step(at("10:30", 24), 750.0, both))
    assert [set(legs) for _, legs in sent(algorithm)] == [
        {"P745 12-31", "C755 12-31", "P740 12-31", "C760 12-31"}
    ]


def test_the_condor_needs_four_quoted_strikes_on_either_side(bot: Any) -> None:
    """A contract without a bid or without an ask is none, nor is one below the fourth strike."""
    for thin in (chain(bid_price=0.0), chain(ask_price=0.0), chain()[:14], None):
        algorithm, _ = run(bot, Step(at("10:30"), 750.0, thin))
        assert sent(algorithm, "condor") == []


def test_the_condor_closes_when_every_leg_has_a_quote(bot: Any) -> None:
    """A combo order of fewer legs would leave a naked option behind."""
    steps = (
        Step(at("10:30"), 750.0, chain(without=800.0)),
        Step(at("12:00"), 750.0, chain(without=760.0)),
        Step(at("12:01"), 750.0, None),
        Step(at("12:02"), 750.0, chain()),
    )
    algorithm, _ = run(bot, *steps)
    assert [clock for clock, _ in sent(algorithm, "condor")] == ["23 10:30", "23 12:02"]


INCOME = (
    Step(at("09:31"), 752.0, chain()),
    Step(at("09:32"), 752.0, chain()),
    Step(at("10:00"), 751.0, chain(), ended={"P800 12-24": 100}),
    Step(at("10:01"), 751.0, chain()),
    Step(at("00:00", 25), 748.0, ended={"C752.5 12-24": 0}),
    Step(at("09:31", 28), 753.0),
    Step(at("09:32", 28), 753.0),
)


def test_income_turns_a_put_into_shares_and_writes_a_call_on_them(bot: Any) -> None:
    """Put, assignment, covered call, expiry, sale: each waits for what came before."""
    algorithm, _ = run(bot, *INCOME)
    assert sent(algorithm) == [
        ("23 09:31", {"P800 12-24": -1}),
        ("23 10:00", {"C752.5 12-24": -1}),
        ("28 09:31", {"GOOG": -100}),
    ]
    reasons = [trade.exit_reason for trade in algorithm.tracker.trades(strategy="income")]
    assert reasons == ["assignment", "expiry", "order"]


def test_income_keeps_its_shares_until_it_can_write_a_call(bot: Any) -> None:
    """Without a strike above the price there is no call to write yet."""
    steps = (*INCOME[:2], Step(at("10:00"), 751.0, ended={"P800 12-24": 100}), INCOME[3])
    algorithm, _ = run(bot, *steps)
    assert [clock for clock, _ in sent(algorithm)] == ["23 09:31", "23 10:01"]


def test_strategies_may_be_in_the_same_option(bot: Any) -> None:
    """LEAN nets an option that two strategies hold; each closes its own all the same."""
    steps = (
        *INCOME[:3],
        Step(at("10:30"), 748.0, chain(without=800.0)),
        Step(at("12:00"), 748.0, chain()),
        *INCOME[4:],
    )
    algorithm, _ = run(bot, *steps)
    shared = [legs["C752.5 12-24"] for _, legs in sent(algorithm) if "C752.5 12-24" in legs]
    assert shared == [-1, -2, 2]
    assert sent(algorithm, "income")[-1] == ("28 09:31", {"GOOG": -100})


# --- the tracker


def whole_run() -> list[Step]:
    """All three strategies from opening to closing."""
    return [
        *hours(100.0, 100.0),
        INCOME[0],
        Step(INCOME[2].utc, 751.0, chain(), {"AAPL": 110.0}, INCOME[2].ended),
        Step(at("10:30"), 750.0, chain(without=800.0)),
        Step(at("12:00"), 750.0, chain(), {"AAPL": 90.0}),
        *INCOME[4:],
    ]


def test_every_strategy_closes_what_it_opened_and_the_books_balance(bot: Any) -> None:
    """Each order names its strategy, nothing is left, and every cent is explained."""
    algorithm, _ = run(bot, *whole_run(), **PARAMETERS | {"trend_hours": "3"})
    tags = {order.tag for order in algorithm.sent}
    assert tags == {f"strategy={name}" for name in ("trend", "condor", "income")}
    assert algorithm.tracker.positions().strategies == {}
    summary = algorithm.tracker.summary()
    assert {name: figures.trades for name, figures in summary.strategies.items()} == {
        "trend": 1, "condor": 4, "income": 3,
    }  # fmt: skip
    assert summary.balance["unexplained"] == pytest.approx(0.0, abs=1e-9)
    assert (summary.anomalies, summary.errors) == ({}, {})


def test_the_listener_logs_each_trade(bot: Any) -> None:
    """A line for each closed trade says whose it was, what it made and what ended it."""
    _, engine = run(bot, *INCOME)
    lines = [m.line for m in engine.messages if " made " in m.text]
    assert lines == [
        "2015-12-23 10:00:00 income: P800 12-24 made 99.00, assignment",
        "2015-12-25 00:00:00 income: C752.5 12-24 made 99.00, expiry",
        "2015-12-28 09:31:00 income: GOOG made -4,701.00, order",
    ]


def test_the_summary_is_shown_at_the_end(bot: Any) -> None:
    """LEAN's statistics have each strategy's P&L, and the log the balance and the count."""
    _, engine = run(bot, *INCOME)
    assert engine.summary_statistics["income net P&L"] == "-4,503.00"
    said = [message.text for message in engine.messages][-3:]
    assert said[0].startswith("balance starting_equity=250000 ")
    assert said[1].startswith("result strategy=income net_pnl=-4503 trades=3")
    assert said[2] == "3 trades closed in 6 fills"


def alert(fired: bool, strategy: str = "", alarm: Alarm = Alarm.DRAWDOWN) -> Alert:
    """An alert that fires, or is over."""
    return Alert(alarm, strategy, fired, at("09:31"), 0.01, 0.01)


def tell(algorithm: Any, told: Alert) -> None:
    """Have the algorithm hear of an alert as the tracker tells of it."""
    algorithm.tracker.core.tell(NoticeKind.ALERT, told.time, told.strategy, told)


@pytest.mark.parametrize(
    ("alerts", "sizes"),
    [
        ([], {"income": [-1], "trend": [181], "condor": [-2]}),
        ([alert(True)], {"income": [], "trend": [90], "condor": [-1]}),
        (
            [alert(True, "condor", Alarm.STRATEGY_DRAWDOWN)],
            {"income": [-1], "trend": [181], "condor": [-1]},
        ),
        ([alert(True), alert(False)], {"income": [-1], "trend": [181], "condor": [-2]}),
        ([alert(True, alarm=Alarm.DAY_LOSS)], {"income": [-1], "trend": [181], "condor": [-2]}),
    ],
    ids=["none", "account", "strategy", "recovered", "another"],
)
def test_a_drawdown_halves_what_is_opened(
    bot: Any, alerts: list[Alert], sizes: dict[str, list[int]]
) -> None:
    """From the account's alert on all strategies trade half, from a strategy's that one does."""
    steps = [
        *hours(100.0, 100.0),
        Step(at("09:31"), 752.0, chain()),
        Step(at("10:00"), 752.0, closes={"AAPL": 110.0}),
        Step(at("10:30"), 750.0, chain(without=800.0)),
    ]
    engine = engine_of(bot, PaperMarket(steps), trend_hours="3")
    engine.initialize()
    algorithm: Any = engine.algorithm
    for each in alerts:
        tell(algorithm, each)
    engine.run()
    opened = {
        name: [next(iter(legs.values())) for _, legs in sent(algorithm, name)] for name in sizes
    }
    assert opened == sizes


def test_what_is_held_is_closed_whole_in_a_drawdown(bot: Any) -> None:
    """Half of a condor bought back would leave the other half to expire."""
    steps = [Step(at(clock), 750.0, chain(without=800.0)) for clock in ("10:30", "12:00")]
    engine = engine_of(bot, PaperMarket(steps))
    algorithm: Any = engine.algorithm
    for played in engine.play():
        if played.type == "mark" and played.utc == at("10:30"):
            tell(algorithm, alert(True))
    assert [sum(map(abs, legs.values())) for _, legs in sent(algorithm)] == [8, 8]


# --- recordings of LEAN


def replayed(bot: Any, name: str, scene: Scene | None = None) -> tuple[Any, RecordedEngine, Tape]:
    """Play the algorithm over a recording, whose fills are another algorithm's."""
    tape = read_tape(recordings()[name].path)
    bot.scene = scene or Scene()
    engine = RecordedEngine(tape, bot, parameters={"tracker_day_marks": "off"})
    engine.run()
    return engine.algorithm, engine, tape


@pytest.mark.parametrize("name", ["option-combos", "shared-options", "opposed-options"])
def test_its_hooks_follow_a_run_of_lean(bot: Any, name: str) -> None:
    """Wired as it is, it explains a recorded run as the replay does, and hears of every trade."""
    algorithm, engine, tape = replayed(bot, name)
    replay = Replay(tape)
    replay.engine.run()
    assert algorithm.sent == []
    assert {n: s.net_pnl for n, s in algorithm.tracker.sheets().items()} == {
        n: s.net_pnl for n, s in replay.tracker.sheets().items()
    }
    assert abs(algorithm.tracker.summary().balance["unexplained"]) < 1e-6
    heard = [message for message in engine.messages if " made " in message.text]
    assert len(heard) == len(replay.trades)
    ours = {LEDGER_STATISTIC, *screen_figures(algorithm.tracker.summary())}
    shown = set(engine.summary_statistics) - ours
    assert shown == {f"{strategy} net P&L" for strategy in replay.tracker.strategies()}


def test_it_closes_the_condor_that_a_run_of_lean_holds(bot: Any) -> None:
    """What to close is what the tracker says the strategy holds, in LEAN's own symbols."""
    lines = list(read_tape(recordings()["option-combos"].path).lines())
    options = [
        # what is traded there expires that day; the algorithm looks for what expires later
        Contract(Symbol(ReadMeter(), SecurityState({**line.fields, "expiry": "2015-12-31T00:00"})))
        for line in lines
        if line.type == "security" and line.fields["kind"] == "OPTION"
    ]
    marks = (line.utc for line in lines if line.type == "mark")
    held = next(utc for utc in marks if utc > at("12:19", 24))
    algorithm, _, _ = replayed(bot, "option-combos", Scene(chains={held: options}))
    assert sent(algorithm, "condor") == [
        (
            f"{held - timedelta(hours=5):%d %H:%M}",
            {
                "GOOG  151224P00745000": -2,
                "GOOG  151224P00747500": 2,
                "GOOG  151224C00750000": 2,
                "GOOG  151224C00752500": -2,
            },
        )
    ]


def test_it_passes_commands_on(bot: Any) -> None:
    """The tracker answers those that name it, and no other."""
    algorithm, _ = run(bot, *INCOME)
    assert algorithm.on_command(SimpleNamespace(tracker="summary")) is True
    assert algorithm.on_command(SimpleNamespace(command="buy")) is None
