"""What Prometheus is told of deployments: each with its age, standing and worth."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from tests.workbench.desk.conftest import Clock
from workbench.desk.desk import Desk
from workbench.desk.fleet_metrics import FleetMetrics

EVERY = 60.0


@pytest.fixture
def registry(desk: Desk) -> CollectorRegistry:
    """The measures of a desk on which nothing was heard yet."""
    found = CollectorRegistry()
    found.register(FleetMetrics(desk))
    return found


def hear(desk: Desk, deployment: str, equity: float | None) -> None:
    """Let the desk see a state of a deployment, saved now."""
    state: dict[str, Any] = {"equity": equity, "alerts": [{}]}
    desk.fleet.observe(deployment, state, [], [], [], desk.clock(), every=EVERY)


def test_each_deployment_has_its_gauges(
    desk: Desk, clock: Clock, registry: CollectorRegistry
) -> None:
    """A deployment is late, then silent, and not both; what is not known has no sample."""
    hear(desk, "rotation", 1_000.5)
    clock.go(timedelta(seconds=3 * EVERY))
    hear(desk, "swing", None)

    def of(name: str, deployment: str) -> float | None:
        labels = {"deployment": deployment}
        return registry.get_sample_value(f"tracker_deployment_{name}", labels)

    assert registry.get_sample_value("tracker_desk_deployments") == 2
    assert of("equity", "rotation") == 1_000.5
    assert of("equity", "swing") is None
    assert [of("age_seconds", each) for each in ("rotation", "swing")] == [3 * EVERY, 0.0]
    assert [of(name, "rotation") for name in ("late", "silent", "alerts", "gaps")] == [1, 0, 1, 0]
    assert [of(name, "swing") for name in ("late", "silent")] == [0, 0]
    clock.go(timedelta(seconds=4 * EVERY))
    assert [of(name, "rotation") for name in ("late", "silent")] == [0, 1]


def test_a_library_that_fails_costs_its_gauges_alone(
    registry: CollectorRegistry, tmp_path: Path
) -> None:
    """The desk's other measures are still told."""
    (tmp_path / "library.db").write_bytes(b"no database" * 1_000)
    assert registry.get_sample_value("tracker_desk_deployments") is None
