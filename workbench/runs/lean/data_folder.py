"""LEAN's data folder: what a result lacks is there, in LEAN's own layout.

    symbol-properties/symbol-properties-database.csv    multipliers
    equity/MARKET/map_files/TICKER.csv                  tickers by date (or map_files_DATE.zip)
    equity/MARKET/factor_files/TICKER.csv               dividends and splits (or a zip of that kind)
    equity/MARKET/{hour,daily}/TICKER.zip               raw prices

A row of a factor file has a date, the factor of prices and that of splits up to that date, and the
close on it. Where a factor changes with the next row, something happened before the next trading
day's open: LEAN pays the close times what the factor changed by, to the cent.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.events.corporate_actions import Dividend
from models.events.instruments import SecurityType
from workbench.engine.files import MOST_READ, read_all
from workbench.runs.lean.fields import ResultError, number_of
from workbench.runs.lean.fills import FoundSplit
from workbench.runs.lean.instruments import Described

# The kinds of security by their names in LEAN's database of symbol properties.
KINDS = {
    SecurityType.EQUITY: "equity",
    SecurityType.OPTION: "option",
    SecurityType.FUTURE: "future",
    SecurityType.FUTURE_OPTION: "futureoption",
    SecurityType.INDEX_OPTION: "indexoption",
    SecurityType.INDEX: "index",
    SecurityType.FOREX: "forex",
    SecurityType.CFD: "cfd",
    SecurityType.CRYPTO: "crypto",
    SecurityType.CRYPTO_FUTURE: "cryptofuture",
}
DATABASE = ("symbol-properties", "symbol-properties-database.csv")
PRICE_SCALE = 10_000.0
MOST_ROWS = 1_000_000
SAME_FACTOR = 1e-9
EXCHANGE = ZoneInfo("America/New_York")


class Factors(NamedTuple):
    """A row of a factor file."""

    day: date
    price: float
    split: float
    close: float


@dataclass(frozen=True, slots=True)
class Actions:
    """The dividends and splits of a share, in the order of time."""

    dividends: tuple[Dividend, ...]
    splits: tuple[FoundSplit, ...]


class LeanData:
    """Reads a data folder.

    Args:
        folder: The folder.

    Raises:
        ResultError: It is no data folder of LEAN's.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir() or not any(
            (folder / name).is_dir()
            for name in (DATABASE[0], "equity", "future", "crypto", "forex")
        ):
            raise ResultError(f"{folder} is no data folder of LEAN's")
        self._folder = folder
        self._properties = self._read_properties()

    # --- multipliers

    def multiplier(self, described: Described) -> float | None:
        """The multiplier of an instrument; None where the database has none."""
        facts = described.facts
        kind = KINDS.get(facts.security_type, "")
        ticker = described.ticker if described.base else facts.ticker
        names = [(facts.market, ticker, kind), (facts.market, "[*]", kind)]
        if kind == "futureoption":  # as the future under it
            names.insert(1, (facts.market, ticker, "future"))
        return next((self._properties[name] for name in names if name in self._properties), None)

    def _read_properties(self) -> dict[tuple[str, str, str], float]:
        path = self._folder.joinpath(*DATABASE)
        found: dict[tuple[str, str, str], float] = {}
        if not path.exists():
            return found
        for row in _rows(path.name, read_all(path)):
            if len(row) > 5 and not row[0].startswith("#") and row[0] != "market":
                market, symbol, kind = (cell.strip() for cell in row[:3])
                value = number_of(row[5].strip(), f"{path.name}: the multiplier of {symbol}")
                if value > 0.0:
                    found[market.lower(), symbol, kind.lower()] = value
        return found

    # --- dividends and splits

    def actions(self, sid: str, described: Described) -> Actions | None:
        """The dividends and splits of a share; None where it has no factor file."""
        rows = self._factors(described)
        if rows is None:
            return None
        dividends: list[Dividend] = []
        splits: list[FoundSplit] = []
        for row, later in pairwise(rows):
            time = _next_day(row.day)
            price, split = row.price / later.price, row.split / later.split
            if abs(price - 1.0) > SAME_FACTOR and row.close:
                amount = round(row.close * (1.0 - price), 2)
                if amount:
                    dividends.append(Dividend(time, sid, amount))
            if abs(split - 1.0) > SAME_FACTOR:
                splits.append(FoundSplit(sid, time, split, 0, exact=True, reference=row.close))
        return Actions(tuple(dividends), tuple(splits))

    def _factors(self, described: Described) -> list[Factors] | None:
        """The rows of a share's factor file, the oldest first."""
        for name in self._tickers(described):
            data = self._auxiliary(described, "factor_files", name)
            if data is not None:
                rows = [_factors(row, name) for row in _rows(name, data) if row]
                closes = None if all(row.close for row in rows) else self._closes(described)
                return sorted(_with_close(row, closes) for row in rows)
        return None

    def _tickers(self, described: Described) -> Iterator[str]:
        """The names that a share's files may have: its ticker, if its map file is of its ID."""
        seen = dict.fromkeys((described.ticker.lower(), described.facts.ticker.lower()))
        for name in seen:
            data = self._auxiliary(described, "map_files", name)
            rows = [] if data is None else list(_rows(name, data))
            first = rows[0][1].lower() if rows and len(rows[0]) > 1 else name
            if not rows or first == described.facts.ticker.lower():
                yield name

    def _auxiliary(self, described: Described, kind: str, name: str) -> bytes | None:
        """A map or factor file, which may be in an archive of all; None where there is none."""
        folder = self._folder / "equity" / described.facts.market / kind
        if not _is_name(name) or not folder.is_dir():
            return None
        path = folder / f"{name}.csv"
        if path.exists():
            return read_all(path)
        for archive in sorted(folder.glob(f"{kind}_*.zip"), reverse=True)[:1]:
            return _member(archive, f"{name}.csv")
        return None

    # --- prices

    def prices(self, described: Described) -> list[tuple[datetime, float]]:
        """Raw prices of a share by the hour, else by the day; none where there are none."""
        return self._bars(described, "hour") or self._bars(described, "daily")

    def _closes(self, described: Described) -> dict[date, float]:
        return {time.astimezone(EXCHANGE).date(): price for time, price in self.prices(described)}

    def _bars(self, described: Described, resolution: str) -> list[tuple[datetime, float]]:
        if described.facts.security_type is not SecurityType.EQUITY:
            return []
        folder = self._folder / "equity" / described.facts.market / resolution
        for name in dict.fromkeys((described.ticker.lower(), described.facts.ticker.lower())):
            path = folder / f"{name}.zip"
            data = _member(path, f"{name}.csv") if _is_name(name) and path.exists() else None
            if data is not None:
                step = timedelta(hours=1) if resolution == "hour" else timedelta(hours=16)
                return [_bar(row, path.name, step) for row in _rows(path.name, data) if row]
        return []


def _is_name(name: str) -> bool:
    """Whether a ticker may be a file's name: no path out of the folder."""
    return bool(name) and all(each.isalnum() or each in "._-" for each in name)


def _rows(name: str, data: bytes) -> Iterator[list[str]]:
    try:
        text = data.decode("utf-8-sig")
        for count, row in enumerate(csv.reader(io.StringIO(text))):
            if count >= MOST_ROWS:
                raise ResultError(f"{name} has more than {MOST_ROWS:,} rows")
            yield row
    except (UnicodeDecodeError, csv.Error) as error:
        raise ResultError(f"{name} cannot be read: {error}") from None


def _member(archive: Path, name: str) -> bytes | None:
    """A file in a zip archive; None where it is not in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(read_all(archive))) as opened:
            if name not in opened.namelist():
                return None
            with opened.open(name) as file:
                data = file.read(MOST_READ + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise ResultError(f"{archive.name} cannot be read: {error}") from None
    if len(data) > MOST_READ:
        raise ResultError(f"{name} unpacks to more than {MOST_READ:,} bytes")
    return data


def _factors(row: Sequence[str], name: str) -> Factors:
    if len(row) < 3:
        raise ResultError(f"the factor file {name}.csv has a row of {len(row)} values")
    price, split = (number_of(cell, f"{name}.csv: a factor") for cell in row[1:3])
    close = number_of(row[3], f"{name}.csv: a close") if len(row) > 3 and row[3] else 0.0
    if price <= 0.0 or split <= 0.0:
        raise ResultError(f"the factor file {name}.csv has a factor of 0")
    return Factors(_day(row[0], name), price, split, close)


def _with_close(row: Factors, closes: dict[date, float] | None) -> Factors:
    return row if row.close or not closes else row._replace(close=closes.get(row.day, 0.0))


def _day(text: str, name: str) -> date:
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()
    except ValueError:
        raise ResultError(f"{name}: {text[:20]!r} is no date") from None


def _next_day(day: date) -> datetime:
    """The midnight at which the weekday after a day begins."""
    ahead = {4: 3, 5: 2}.get(day.weekday(), 1)
    if day.year >= date.max.year:
        ahead = 0
    midnight = datetime.combine(day + timedelta(days=ahead), datetime.min.time(), EXCHANGE)
    return midnight.astimezone(UTC)


def _bar(row: Sequence[str], name: str, step: timedelta) -> tuple[datetime, float]:
    """A bar's end and its close."""
    if len(row) < 5:
        raise ResultError(f"{name} has a row of {len(row)} values")
    try:
        begun = datetime.strptime(row[0].strip(), "%Y%m%d %H:%M").replace(tzinfo=EXCHANGE)
    except ValueError:
        raise ResultError(f"{name}: {row[0][:20]!r} is no time") from None
    return (begun + step).astimezone(UTC), number_of(row[4], f"{name}: a close") / PRICE_SCALE
