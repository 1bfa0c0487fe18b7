"""A comparison as JSON values and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from workbench.comparison.comparison import Comparison
from workbench.comparison.parting import Parting
from workbench.comparison.side_by_side import Profile
from workbench.terminal import clean_text

JSON = dict[str, Any]

# What a row of the CSV begins with, before the figures with their intervals.
PLAIN = (
    "name",
    "capital",
    "net_pnl",
    "total_return",
    "expected_shortfall",
    "worst_day",
    "trades",
    "fees",
)


def to_json(comparison: Comparison) -> JSON:
    """The whole comparison; what is undefined is null, dates are in ISO 8601."""
    window = comparison.window
    return {
        "of": comparison.of,
        "currency": comparison.currency,
        "window": {
            "first": window.first.isoformat(),
            "last": window.last.isoformat(),
            "days": window.days.size,
            "left_out": dict(window.left_out),
        },
        "parameters": asdict(comparison.parameters),
        comparison.of: [asdict(each) for each in comparison.profiles],
        "correlation": [list(row) for row in comparison.correlation],
        "pairs": [asdict(each) for each in comparison.pairs],
        "contributions": [asdict(each) for each in comparison.contributions],
        "without": [asdict(each) for each in comparison.without],
        "trials": asdict(comparison.trials) if comparison.trials else None,
        "surface": asdict(comparison.surface) if comparison.surface else None,
        "partings": [_parting(each) for each in comparison.partings],
        "draw": asdict(comparison.draw),
    }


def to_csv(comparison: Comparison) -> str:
    """A row for each strategy or run: its figures, each with the ends of its interval beside it."""
    rows = [row_of(profile) for profile in comparison.profiles]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def row_of(profile: Profile) -> Mapping[str, Any]:
    """A row of the CSV; what is undefined is empty."""
    row: JSON = {name: getattr(profile, name) for name in PLAIN}
    row["name"] = clean_text(profile.name)
    for name, each in profile.estimates.items():
        row |= {name: each.value, f"{name}_low": each.low, f"{name}_high": each.high}
    row |= asdict(profile.track_record)
    row |= {f"execution_{name}": value for name, value in profile.execution.items()}
    return row


def _parting(found: Parting) -> JSON:
    values = asdict(found)
    values["parted"] = found.parted.isoformat() if found.parted else None
    return values
