"""The prediction of what the tracker costs inside LEAN."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import fail
from benchmarks.copies import Copies
from benchmarks.lean import LINES, Figures
from benchmarks.market import Market, Resolution
from benchmarks.parts import Part
from benchmarks.passes import DATA, EVENT, MIDNIGHT, SAVE, START, Call, Learnt, Pass
from benchmarks.prediction import (
    COLD_EVERY,
    LONG,
    Cache,
    Prediction,
    by_cache,
    cold_ratios,
    of_kind,
    predict,
    slices,
)
from benchmarks.scene import Scene, tracked


@pytest.fixture(scope="module")
def prediction(tmp_path_factory: pytest.TempPathFactory) -> Prediction:
    """A market with one holding at daily resolution, with all switched on."""
    market = Market(1, resolution=Resolution.DAILY, slices=20)
    folder = market.write(tmp_path_factory.mktemp("market") / "tape")
    return predict(Scene(folder, {"execution": "on", "log_level": "info"}), passes=1)


def test_the_parts_are_all_of_the_time(prediction: Prediction) -> None:
    """What the parts read and what Python takes in them adds up to the whole run."""
    for cache in Cache:
        parts = prediction.parts(cache).values()
        assert sum(map(sum, parts)) == pytest.approx(prediction.seconds(cache))


def test_each_part_is_found(prediction: Prediction) -> None:
    """Each part that works in a backtest has Python time; what it reads is reading's."""
    parts = prediction.parts(Cache.WARM)
    assert all(parts[part][1] > 0.0 for part in Part)
    assert parts[Part.READING][0] > 0.0
    assert parts[Part.LEDGER][0] == parts[Part.STATISTICS][0] == 0.0


def test_a_hook_costs_its_reads_at_least(prediction: Prediction) -> None:
    """The bill of a hook is in its cost, and cold takes no less than warm."""
    for which in (slices(1), of_kind(MIDNIGHT), of_kind(EVENT)):
        reads = [hook.charge.total for hook in prediction.hooks if which(hook)]
        warm, half, cold = (prediction.mean(which, cache) for cache in Cache)
        assert sum(reads) / len(reads) < warm <= half <= cold
    assert prediction.order(Cache.WARM) == pytest.approx(
        2 * prediction.mean(of_kind(EVENT), Cache.WARM)
    )


def test_cold_is_compared_call_by_call() -> None:
    """Only the calls that a walk came before count, each against the same call without one."""
    warm = [Call(EVENT if number % 2 else DATA, 1, False, 100) for number in range(2 * COLD_EVERY)]
    cold = [Call(call.kind, 1, False, 900) for call in warm]
    cold[0], cold[COLD_EVERY] = Call(DATA, 1, False, 250), Call(EVENT, 1, False, 50)
    assert cold_ratios(warm, cold) == {(DATA, False): 2.5, (EVENT, False): 1.0}
    assert by_cache(10.0, 2.5) == {Cache.WARM: 10.0, Cache.HALF: 17.5, Cache.COLD: 25.0}


def test_what_books_for_long_is_compared_with_its_like() -> None:
    """The caches are full again soon: such a call's share is not that of one that is over then."""
    warm = [Call(DATA, 1, False, 100), *[Call(DATA, 1, False, 100)] * (COLD_EVERY - 1)]
    warm.append(Call(DATA, 1, False, LONG))
    cold = [Call(DATA, 1, False, 3 * call.own if call.own < LONG else LONG * 2) for call in warm]
    assert cold_ratios(warm, cold) == {(DATA, False): 3.0, (DATA, True): 2.0}


def test_the_caches_are_swept_before_leans_objects_are_laid_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is cold is the tracker alone: the prices of reads were measured inside LEAN."""
    done: list[str] = []
    refresh = Copies.refresh

    def laid_out(copies: Copies) -> None:
        done.append("laid out")
        refresh(copies)

    monkeypatch.setattr(Copies, "refresh", laid_out)
    scene = Scene(Market(1, resolution=Resolution.DAILY, slices=5).write(tmp_path / "tape"))
    calls = Pass(scene, Learnt(dict), before=lambda _: done.append("swept")).play()
    hooks = sum(call.kind != SAVE for call in calls)
    assert hooks > 5
    assert done == ["swept", "laid out"] * hooks


@pytest.mark.parametrize("resolution", Resolution)
@pytest.mark.parametrize(("held", "strategies"), [(0, 1), (0, 3), (1, 1), (5, 20), (50, 3)])
def test_a_market_closes_the_law(
    tmp_path: Path, held: int, strategies: int, resolution: Resolution
) -> None:
    """A tracker explains all of a made-up market, with as many strategies as were asked for."""
    trackers: list[Any] = []

    def wire(algorithm: Any, **settings: Any) -> Any:
        trackers.append(tracked(algorithm, **settings))
        return trackers[-1]

    market = Market(held, strategies, resolution, slices=10)
    predict(Scene(market.write(tmp_path / "tape"), wire=wire), passes=1)
    tracker = trackers[0]
    assert not tracker.errors
    assert tracker.ledger.max_abs_unexplained == pytest.approx(0.0, abs=1e-6)
    assert len(tracker.ledger.books.held) == held
    assert len(tracker.strategies()) == strategies


def test_the_json_has_every_line(prediction: Prediction) -> None:
    """Each figure stands under its own name, beside warm, cold, asked and the parts."""
    values = {line.key: dict.fromkeys(Cache, 1.5) for line in LINES}
    alone = dict.fromkeys(Cache, 0.3)
    found = Figures(values, prediction, prediction, alone, Counter()).to_dict()
    names = {
        "order_us", "slice_empty_us", "slice_one_us", "slice_five_us", "midnight_us",
        "fifteen_months_s", "fifteen_months_full_s",
    }  # fmt: skip
    assert {name: found[name] for name in names} == dict.fromkeys(names, 1.5)
    assert found["warm"].keys() == found["cold"].keys() == found["asked"].keys() == names
    assert found["parts_s"].keys() == {part.value for part in Part}
    assert found["lacking"] == []


def test_a_read_without_a_price_fails_in_the_hooks_that_matter(
    prediction: Prediction, capsys: pytest.CaptureFixture[str]
) -> None:
    """In an order event or a slice it is an error that names it; elsewhere it is only listed."""
    lacking = Counter({(START, "QCAlgorithm.project_id"): 2, (DATA, "Slice.bars"): 1})
    figures = Figures({}, prediction, prediction, {}, lacking)
    assert figures.gaps == ["Slice.bars in on_data"]
    with pytest.raises(SystemExit) as left:
        fail(figures.gaps)
    assert left.value.code == 1
    assert "Slice.bars in on_data" in capsys.readouterr().err
    fail([])
