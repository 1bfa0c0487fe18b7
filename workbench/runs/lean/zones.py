"""The algorithm's time zone, which no result names: its days begin at LEAN's daily samples."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from workbench.runs.lean.facts import LeanFacts, Sample

# LEAN's usual zone first, then those that algorithms are set to.
ZONES = (
    *("America/New_York", "UTC", "America/Chicago", "Europe/London", "Europe/Berlin"),
    *("Asia/Tokyo", "Asia/Hong_Kong", "Asia/Shanghai", "Asia/Kolkata", "Australia/Sydney"),
    *("America/Los_Angeles", "Europe/Moscow", "Asia/Singapore", "America/Sao_Paulo"),
)
USUAL = ZoneInfo(ZONES[0])


def zone_of(facts: LeanFacts) -> tzinfo:
    """The zone at whose midnights LEAN sampled; LEAN's usual one where nothing tells."""
    if facts.live or facts.start is None:
        return USUAL
    samples = _days(facts.benchmark) or [sample.time for sample in facts.equity[:1]]
    if not samples:
        return USUAL
    fitting = (zone for zone in map(ZoneInfo, ZONES) if _begins(samples, zone, facts.start))
    return next(fitting, UTC)


def _days(samples: Sequence[Sample]) -> list[datetime]:
    """The times of the daily samples but the last, which is of the run's end."""
    return [sample.time for sample in samples[:-1]]


def _begins(samples: Sequence[datetime], zone: ZoneInfo, start: datetime) -> bool:
    """Whether the first is the run's start, and all are midnights of a zone."""
    if samples[0].astimezone(zone).replace(tzinfo=None) != start:
        return False
    local = (each.astimezone(zone) for each in samples[1:])
    return all(each.hour == each.minute == each.second == 0 for each in local)
