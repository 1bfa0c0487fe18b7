"""Anomalies: kept whole, also through a save."""

from __future__ import annotations

from datetime import UTC, datetime

from models.events.anomalies import Anomaly

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


def test_an_anomaly_survives_json() -> None:
    """What `to_dict` describes `from_dict` makes again, time and all."""
    anomaly = Anomaly(NOON, "adopted", "LEAN holds 5", "AAPL", -12.5)
    assert anomaly.to_dict()["time"] == "2024-01-02T12:00:00+00:00"
    assert Anomaly.from_dict(anomaly.to_dict()) == anomaly
