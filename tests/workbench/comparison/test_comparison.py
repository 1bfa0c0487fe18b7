"""Whole comparisons: of strategies and of runs, as JSON, as CSV and as tables."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from rich.console import Console

from tests.workbench.comparison.runs import noise, run, trade
from workbench.comparison.comparison import Comparison, compare, parameters_of
from workbench.comparison.document import to_csv, to_json
from workbench.comparison.subjects import NothingInCommonError
from workbench.comparison.tables import show

RESAMPLES = 300


def strategies() -> Comparison:
    """The strategies of one run."""
    made = {"trend": 900 * noise(1), "carry": 500 * noise(2)}
    total = made["trend"] + made["carry"]
    worth = 1_000.0 + np.concatenate(([0.0], np.cumsum(total)))
    trades = [trade(day, 1.0 - day % 3, "carry") for day in range(1, 90)]
    one = run("one", total / worth[:-1], strategies=made, trades=trades, problems=("torn",))
    return compare([one], resamples=RESAMPLES)


def runs() -> Comparison:
    """A backtest, another one, and a live run of the first."""
    terms = {"realized": np.zeros(300), "fees": np.zeros(300)}
    paid = {**terms, "fees": np.where(np.arange(300) == 50, -3.0, 0.0)}
    returns = noise(1, mean=0.002)
    less = returns - np.where(np.arange(300) == 50, 0.003, 0.0)
    return compare(
        [
            run("first", returns, terms=terms, parameters={"fast": "10", "slow": "30"}),
            run("second", noise(2), parameters={"fast": "20", "slow": "30"}),
            run("traded", less, terms=paid, live=True, currency="EUR"),
        ],
        trials=25,
        resamples=RESAMPLES,
    )


def shown(comparison: Comparison) -> str:
    """What a person sees, however its lines are broken."""
    console = Console(width=160, record=True, file=io.StringIO())
    show(comparison, console)
    return " ".join(console.export_text().split())


def test_one_run_is_compared_by_its_strategies() -> None:
    """Its strategies are laid side by side, with what each adds to the account."""
    found = strategies()
    assert found.of == "strategies"
    assert [each.name for each in found.profiles] == ["trend", "carry"]
    assert [each.name for each in found.contributions] == ["trend", "carry", "rest", ""]
    assert [each.name for each in found.without] == ["trend", "carry"]
    assert (found.trials, list(found.partings)) == (None, [])
    assert found.problems == ["one: torn"]


def test_several_runs_are_compared_by_their_accounts() -> None:
    """They are laid side by side, judged as trials, the live one against the first backtest."""
    found = runs()
    assert (found.of, found.currency) == ("runs", "USD/EUR")
    assert [each.name for each in found.profiles] == ["first", "second", "traded"]
    assert len(found.pairs) == 3
    assert found.trials is not None
    assert (found.trials.trials, found.trials.given) == (25, 3)
    (parting,) = found.partings
    assert (parting.backtest, parting.live, parting.cause) == ("first", "traded", "fees")
    assert (found.contributions, found.without) == ((), ())


def test_runs_of_one_parameter_are_laid_over_it() -> None:
    """With what the best of all that were tried would show by luck; strategies have no surface."""
    assert runs().surface is None
    given = [run(fast, noise(at), parameters={"fast": fast}) for at, fast in enumerate("321")]
    compared = compare(given, trials=25, resamples=RESAMPLES)
    assert compared.surface is not None
    assert [each.runs for each in compared.surface.spots] == [("1",), ("2",), ("3",)]
    sharpes = {each.name: each.estimates["sharpe"].value for each in compared.profiles}
    assert [each.sharpe for each in compared.surface.spots] == [sharpes[each] for each in "123"]
    assert compared.surface.luck > 0.0
    assert to_json(compared)["surface"]["axes"][0]["values"] == ("1", "2", "3")
    assert strategies().surface is None


def test_live_runs_alone_are_laid_against_nothing() -> None:
    """Without a backtest there is nothing to part from."""
    found = compare([run("a", noise(1), live=True), run("b", noise(2), live=True)], resamples=200)
    assert list(found.partings) == []


def test_the_same_seed_gives_the_same_comparison() -> None:
    """Two calls with one seed say the same to the bit, another seed draws others."""
    pair = [run("a", noise(1)), run("b", noise(2))]
    one, again, other = (to_json(compare(pair, resamples=200, seed=seed)) for seed in (1, 1, 2))
    assert one == again
    assert one["runs"] != other["runs"]


@pytest.mark.parametrize("days", [1, 2, 5])
def test_a_few_days_are_compared_as_far_as_they_go(days: int) -> None:
    """What a single day tells is shown, and nothing fails."""
    made = {"trend": 900 * noise(1, days), "carry": 500 * noise(2, days)}
    found = compare([run("one", noise(3, days), strategies=made)], resamples=100)
    assert [each.net_pnl for each in found.profiles] == [
        pytest.approx(each.sum()) for each in made.values()
    ]
    assert {each.estimates["sharpe"].low for each in found.profiles} == {None}
    assert "trend" in shown(found)
    both = compare([run("a", noise(1, days)), run("b", noise(2, days), live=True)], resamples=100)
    assert [each.days for each in both.partings] == [days]
    assert "b (live) against a" in shown(both)


def test_a_run_without_strategies_has_nothing_to_compare() -> None:
    """The error says that nothing was traded."""
    with pytest.raises(NothingInCommonError, match="one has no strategy to compare"):
        compare([run("one", noise(1))])


def test_parameters_that_differ_are_told_from_the_same() -> None:
    """A parameter that one run lacks differs too."""
    one = run("a", noise(1), parameters={"x": "1", "y": "2"})
    other = run("b", noise(2), parameters={"x": "1", "z": "3"})
    found = parameters_of([one, other])
    assert found.different == {"y": ("2", None), "z": (None, "3")}
    assert found.same == {"x": "1"}


def test_the_json_has_everything() -> None:
    """Every part is under its key, as JSON that has no numbers of its own making."""
    found = json.loads(json.dumps(to_json(runs()), allow_nan=False))
    assert found["window"] == {
        "first": "2024-01-02",
        "last": "2024-10-27",
        "days": 300,
        "left_out": {"first": 0, "second": 0, "traded": 0},
    }
    assert list(found)[:4] == ["of", "currency", "window", "parameters"]
    assert found["parameters"]["different"] == {
        "fast": ["10", "20", None],
        "slow": ["30", "30", None],
    }
    sharpe = found["runs"][0]["estimates"]["sharpe"]
    assert sharpe["low"] < sharpe["value"] < sharpe["high"]
    assert set(sharpe) == {"value", "low", "high", "n", "enough"}
    assert found["partings"][0]["parted"] == "2024-02-21"
    assert found["trials"]["beating"][0]["superior"] == ["first", "traded"]
    assert found["draw"]["resamples"] == RESAMPLES
    assert "strategies" in to_json(strategies())


def test_the_csv_has_a_row_for_each() -> None:
    """Each figure stands in a column, the ends of its interval beside it, undefined ones empty."""
    rows = list(csv.DictReader(io.StringIO(to_csv(strategies()))))
    assert [row["name"] for row in rows] == ["trend", "carry"]
    assert float(rows[0]["sharpe_low"]) < float(rows[0]["sharpe"]) < float(rows[0]["sharpe_high"])
    assert rows[0]["win_rate"] == rows[0]["beta"] == ""
    assert rows[1]["trades"] == "89"
    assert rows[1]["days"] == "300"


def test_the_tables_show_strategies() -> None:
    """A person sees the window, the figures with intervals, the pairs and the contributions."""
    text = shown(strategies())
    for part in (
        "300 days from 2024-01-02 to 2024-10-27, USD",
        "Side by side",
        "Deflated Sharpe",
        "Correlation of daily P&L",
        "Is the first better than the second",
        "What each adds to the account",
        "The account without",
        "? marks a figure of too few days",
        "300 joint resamples",
    ):
        assert part in text
    assert "Parameters" not in text


def test_the_tables_show_runs_with_what_differs_first() -> None:
    """The parameters that differ come before any figure, and the day of parting is told."""
    text = shown(runs())
    assert text.index("Parameters: 2 differ") < text.index("Side by side")
    for part in (
        "traded (live) against first",
        "2024-02-21: -0.300 %, by fees",
        "The best of 25 runs that were tried",
        "surely better: first, traded",
    ):
        assert part in text


def test_what_is_left_out_is_said() -> None:
    """Days outside of the common window are told by run."""
    text = shown(compare([run("a", noise(1, 50)), run("b", noise(2, 40))], resamples=200))
    assert "Left out of a: 10 days outside of the common window" in text
    assert "Left out of b" not in text
