"""The settings: their names, what they may be and what they are by default.

Settings are parameters of the LEAN project whose names start with `tracker_`; LEAN hands them over
as texts. A wrong value or an unknown name raises `SettingsError` when the algorithm starts.
"""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from models.desk_settings import read_desk, read_desk_token
from models.errors import Failure, TrackerError, guarded
from models.execution.score import THRESHOLDS, read_thresholds
from models.ledger.lots import Matching
from models.ledger.tags import UNASSIGNED

SETTING_PREFIX = "tracker_"
ON_OFF = {"on": True, "off": False}
LOG_LEVELS = ("debug", "info", "warning", "error")
NOTIFIERS = frozenset({"email", "telegram", "web"})
_STRATEGY_NAME = re.compile(r"[^\s,;|=]+")
_QUOTED_NAME = re.compile(r"[^\s,;|=]+(?: +[^\s,;|=]+)*")  # what a tag may say in quotes


class SettingsError(TrackerError, ValueError):
    """A setting is unknown or has a wrong value; the text names it and what is allowed."""


class TagMeans(enum.Enum):
    """How an order's tag names its strategy."""

    NAME = "name"  # strategy=NAME somewhere in the tag
    WHOLE = "whole"  # the whole tag is the name


class Switch(enum.Enum):
    """On, off, or auto: whether the run is live or a backtest decides."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


def chosen(switch: Switch, otherwise: bool) -> bool:
    """Whether a switch is on; `otherwise` where it is auto."""
    return otherwise if switch is Switch.AUTO else switch is Switch.ON


class Alarm(enum.Enum):
    """What an alert watches, with the unit of its threshold."""

    DRAWDOWN = "drawdown"  # of the account, as a fraction of the NAV's peak
    STRATEGY_DRAWDOWN = "strategy_drawdown"  # of any strategy, as a fraction of its NAV's peak
    DAY_LOSS = "day_loss"  # of the account in one session, as a fraction of its starting equity
    LOSING_STREAK = "losing_streak"  # losing trades in a row of one strategy
    UNEXPLAINED = "unexplained"  # unexplained money, account currency
    REJECTS = "rejects"  # orders rejected in one session
    FLOW = "flow"  # moved by unannounced flows in one session, account currency
    SLIPPAGE = "slippage"  # mean cost of the last trades against arrival, basis points


FRACTION_ALARMS = frozenset({Alarm.DRAWDOWN, Alarm.STRATEGY_DRAWDOWN, Alarm.DAY_LOSS})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose.

    Attributes:
        default_strategy: The strategy of an order that names none.
        strategy_tag: How an order's tag names its strategy.
        matching: Which lot a closing quantity takes first.
        mark_every: Least seconds between two marks, 0 for a mark at every slice; None is 1 in live
            trading and 0 in a backtest.
        day_marks: Whether to mark at midnight of the algorithm's clock too.
        capital: Strategy -> its part of the account's starting equity; 1 for one not named.
        strategies: Strategies that exist from the start, beside those of `capital`.
        keep_trades: Closed trades of each book that are kept in memory.
        persist: Whether to save the state in the object store; auto is yes, except in an
            optimization.
        save_every: Least seconds of wall clock between two saves in live trading.
        resume: Whether to go on from the project's last state; auto is yes in live trading only.
        log_level: The least level that is logged; None is info in live trading and warning in a
            backtest.
        log_bytes: Bytes that the log may have; None is no limit in live trading and 8,192 in a
            backtest.
        log_format: How a line is written: "text" or "json".
        log_store: Whether to keep the whole log in the object store too.
        alerts: What to watch -> its threshold; empty for no alerts.
        alert_margin: How far below its threshold a figure must fall for its alert to be over, as a
            part of the threshold; drawdowns are over at the old peak and streaks with a win.
        notify: Where alerts go in live trading: "email", "telegram" or "web" -> the address.
        notify_daily: The most notifications a day; each message to an address is one.
        execution: Whether to follow every order for its execution quality; auto is yes in live
            trading only, as a backtest fills as LEAN models it.
        execution_limits: From where on all points of a part of the quality score are lost
            (`read_thresholds`).
        banner: Whether to show a few figures in LEAN's own banner and statistics.
        result_ledger: Whether to leave the ledger in LEAN's own result at the end, as one text.
        charts: Whether to plot NAV, drawdown, exposure and unexplained money once a day.
        seed_strategy: Whose the holdings are that the account opens with; empty is nobody's.
        desk: The address of the live desk that a live run posts digests to; empty for none.
        desk_token: The desk's token for them.
    """

    default_strategy: str = "main"
    strategy_tag: TagMeans = TagMeans.NAME
    matching: Matching = Matching.FIFO
    mark_every: float | None = None
    day_marks: bool = True
    capital: Mapping[str, float] = field(default_factory=dict)
    keep_trades: int = 1_000
    persist: Switch = Switch.AUTO
    save_every: float = 60.0
    resume: Switch = Switch.AUTO
    log_level: str | None = None
    log_bytes: int | None = None
    log_format: str = "text"
    log_store: bool = False
    alerts: Mapping[Alarm, float] = field(default_factory=dict)
    alert_margin: float = 0.5
    notify: Mapping[str, str] = field(default_factory=dict, repr=False)
    notify_daily: int = 20
    execution: Switch = Switch.AUTO
    execution_limits: Mapping[str, float] = field(default_factory=lambda: dict(THRESHOLDS))
    banner: bool = True
    result_ledger: bool = True
    charts: bool = False
    seed_strategy: str = ""
    strategies: tuple[str, ...] = ()
    desk: str = ""
    desk_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Setting:
    """How one setting is read.

    Attributes:
        parse: Makes the value of the text, and raises ValueError or KeyError for a wrong text.
        allowed: The allowed values in words.
        secret: Whether no error may show the text.
    """

    parse: Callable[[str], Any]
    allowed: str
    secret: bool = False


def _strategy(text: str) -> str:
    """The name of a strategy."""
    if not _STRATEGY_NAME.fullmatch(text) or text == UNASSIGNED:
        raise ValueError(text)
    return text


def _any_strategy(text: str) -> str:
    """The name of a strategy, which may hold blanks."""
    name = text.strip()
    if not _QUOTED_NAME.fullmatch(name) or name == UNASSIGNED:
        raise ValueError(text)
    return name


def _strategies(text: str) -> tuple[str, ...]:
    """Names separated by commas, each of them once."""
    names = tuple(map(_any_strategy, text.split(","))) if text.strip() else ()
    if len(set(names)) < len(names):
        raise ValueError(text)
    return names


def _plain_seconds(text: str) -> float:
    """Seconds of 0 or more."""
    number = float(text)
    if not 0 <= number < float("inf"):
        raise ValueError(text)
    return number


def _seconds(text: str) -> float | None:
    """Seconds of 0 or more; None for auto."""
    return None if text == "auto" else _plain_seconds(text)


def _shares(text: str) -> dict[str, float]:
    """NAME=PART entries with parts above 0; a name comes once."""
    shares: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        name, share = part.split("=")
        strategy = _any_strategy(name)
        if strategy in shares or not 0 < float(share) < float("inf"):
            raise ValueError(text)
        shares[strategy] = float(share)
    return shares


def _whole_number(text: str) -> int:
    """A whole number of 0 or more."""
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _named_values(text: str) -> dict[str, str]:
    """NAME=VALUE entries; a name comes once."""
    pairs: dict[str, str] = {}
    for part in filter(None, text.split(",")):
        name, equals, value = part.strip().partition("=")
        if not equals or not value or name in pairs:
            raise ValueError(text)
        pairs[name] = value
    return pairs


def _alerts(text: str) -> dict[Alarm, float]:
    """ALARM=THRESHOLD entries with thresholds above 0, those that are fractions below 1."""
    found = {Alarm(name): float(value) for name, value in _named_values(text).items()}
    for alarm, value in found.items():
        if not 0.0 < value < (1.0 if alarm in FRACTION_ALARMS else float("inf")):
            raise ValueError(text)
    return found


def _part(text: str) -> float:
    """A number from 0 to 1."""
    number = float(text)
    if not 0.0 <= number <= 1.0:
        raise ValueError(text)
    return number


def _addresses(text: str) -> dict[str, str]:
    """CHANNEL=ADDRESS entries."""
    pairs = _named_values(text)
    if not pairs.keys() <= NOTIFIERS:
        raise ValueError(text)
    return pairs


def _bytes(text: str) -> int | None:
    """A whole number of 0 or more; None for auto."""
    return None if text == "auto" else _whole_number(text)


def _one_of(*texts: str, auto: bool = False) -> Setting:
    """A setting that is one of some texts; with `auto` also "auto", which is read as None."""
    allowed = ("auto", *texts) if auto else texts

    def parse(text: str) -> str | None:
        if text not in allowed:
            raise ValueError(text)
        return None if text == "auto" else text

    return Setting(parse, " or ".join(allowed))


def _choice(choices: type[enum.Enum]) -> Setting:
    """A setting that is the value of a member of an enum."""
    return Setting(choices, " or ".join(member.value for member in choices))


_ON_OFF = Setting(lambda text: ON_OFF[text], "on or off")
SETTINGS: dict[str, Setting] = {
    "default_strategy": Setting(
        _strategy, f"a name without spaces or any of , ; | = that is not {UNASSIGNED}"
    ),
    "seed_strategy": Setting(
        lambda text: _strategy(text) if text else "",
        f"empty, or a name without spaces or any of , ; | = that is not {UNASSIGNED}",
    ),
    "strategy_tag": _choice(TagMeans),
    "matching": _choice(Matching),
    "mark_every": Setting(_seconds, "auto, or seconds of 0 or more"),
    "day_marks": _ON_OFF,
    "keep_trades": Setting(_whole_number, "a number of 0 or more"),
    "capital": Setting(_shares, "NAME=PART,NAME=PART with parts above 0"),
    "strategies": Setting(_strategies, "NAME,NAME with each name once"),
    "persist": _choice(Switch),
    "save_every": Setting(_plain_seconds, "seconds of 0 or more"),
    "resume": _choice(Switch),
    "log_level": _one_of(*LOG_LEVELS, auto=True),
    "log_bytes": Setting(_bytes, "auto, or a number of 0 or more"),
    "log_format": _one_of("text", "json"),
    "log_store": _ON_OFF,
    "alerts": Setting(
        _alerts,
        "NAME=THRESHOLD,NAME=THRESHOLD with thresholds above 0, of drawdowns and losses below 1 "
        "(0.1 is 10 %), and names out of " + ", ".join(alarm.value for alarm in Alarm),
    ),
    "alert_margin": Setting(_part, "a number from 0 to 1"),
    "notify": Setting(
        _addresses,
        "email=ADDRESS,web=URL,telegram=CHAT:TOKEN, or some of the three",
        secret=True,
    ),
    "notify_daily": Setting(_whole_number, "a number of 0 or more"),
    "desk": Setting(
        read_desk,
        "empty, or an address as https://HOST:PORT/PATH without a name, password or query; http "
        "only where the host is this machine",
        secret=True,
    ),
    "desk_token": Setting(
        read_desk_token,
        "empty, or the token that `tracker tokens` made: 16 characters or more",
        secret=True,
    ),
    "execution": _choice(Switch),
    "execution_limits": Setting(
        read_thresholds, "NAME=LIMIT with limits above 0 and names out of " + ", ".join(THRESHOLDS)
    ),
    "banner": _ON_OFF,
    "result_ledger": _ON_OFF,
    "charts": _ON_OFF,
}


def setting_names() -> tuple[str, ...]:
    """The name of every setting as a parameter."""
    return tuple(SETTING_PREFIX + name for name in SETTINGS)


def read_settings(parameters: Mapping[str, str], overrides: Mapping[str, Any]) -> Settings:
    """The settings of a run.

    Args:
        parameters: All parameters of the project; those without the prefix are left alone.
        overrides: Settings that are given in code by the names of `Settings`, as values or as texts
            of parameters; they win over the parameters.

    Raises:
        SettingsError: A name is unknown, a value is not allowed, or a desk has no token.
    """
    given: dict[str, Any] = {}
    for parameter, text in parameters.items():
        if parameter.startswith(SETTING_PREFIX):
            given[parameter[len(SETTING_PREFIX) :]] = text
    given.update(overrides)
    found = replace(Settings(), **{name: _read(name, value) for name, value in given.items()})
    if bool(found.desk) is not bool(found.desk_token):
        raise SettingsError("tracker_desk and tracker_desk_token go together; set both or neither")
    return found


def _parameter_text(value: Any) -> str:
    """The text of a parameter for a value that is given in code."""
    if value is None:
        return "auto"
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Mapping):
        return ",".join(f"{_parameter_text(name)}={part}" for name, part in value.items())
    if isinstance(value, list | tuple):
        return ",".join(map(_parameter_text, value))
    return str(value).strip()


def _read(name: str, value: Any) -> Any:
    """The value of one setting; `SettingsError` where it is unknown or not allowed."""
    setting = SETTINGS.get(name)
    if setting is None:
        near = difflib.get_close_matches(name, SETTINGS, n=1)
        hint = f"; did you mean {SETTING_PREFIX}{near[0]}" if near else ""
        known = ", ".join(setting_names())
        raise SettingsError(f"{SETTING_PREFIX}{name} is no setting{hint}. There are: {known}")
    parsed = guarded(setting.parse, _parameter_text(value))
    if isinstance(parsed, Failure):
        if not isinstance(parsed.error, ValueError | KeyError):
            raise parsed.error
        # what was parsed is in no error, not even as its context
        shown = "is not shown, as it may hold secrets" if setting.secret else f"is {value!r}"
        raise SettingsError(f"{SETTING_PREFIX}{name} {shown}; it must be {setting.allowed}")
    return parsed
