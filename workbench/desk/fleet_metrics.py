"""What the desk measures of deployments, for Prometheus: asked of the fleet whenever it is read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric

from workbench.desk.desk import Desk
from workbench.desk.fleet.staleness import Standing
from workbench.library.errors import LibraryError

LOG = logging.getLogger("tracker.desk")
Line = Mapping[str, Any]

# The name of each gauge of a deployment, what it tells, and how it is read from its line.
GAUGES: tuple[tuple[str, str, Callable[[Line], float | None]], ...] = (
    ("age_seconds", "Seconds since its newest state came", lambda line: line["age"]),
    (
        "late",
        "1 where it is late and not yet silent",
        lambda line: float(line["standing"] == Standing.LATE),
    ),
    (
        "silent",
        "1 where it is silent",
        lambda line: float(line["standing"] == Standing.SILENT),
    ),
    ("equity", "What its account is worth, in its currency", lambda line: line["equity"]),
    ("alerts", "Alerts that fire", lambda line: line["alerts"]),
    ("gaps", "Gaps in what was heard that are not healed", lambda line: line["gaps"]),
)


class FleetMetrics:
    """The gauges of the deployments of a desk, as a collector of Prometheus' client.

    Args:
        desk: Whose deployments.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> Iterator[Metric]:
        """Yield each gauge with a sample a deployment.

        None comes where the library cannot be read: the other measures are worth more than an
        error. What is not known of a deployment has no sample.
        """
        try:
            lines = self._desk.fleet.deployments(self._desk.clock())
        except LibraryError as error:
            LOG.error("%s", error)
            return
        yield GaugeMetricFamily(
            "tracker_desk_deployments", "Deployments that were heard", len(lines)
        )
        for name, meaning, read in GAUGES:
            yield _gauge(name, meaning, {line["id"]: read(line) for line in lines})


def _gauge(name: str, meaning: str, values: Mapping[str, float | None]) -> Metric:
    gauge = GaugeMetricFamily(f"tracker_deployment_{name}", meaning, labels=("deployment",))
    for deployment, value in values.items():
        if value is not None:
            gauge.add_metric((deployment,), value)
    return gauge
