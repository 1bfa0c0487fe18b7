"""Settings: every one is read from its parameter, and a wrong one says what is allowed."""

from __future__ import annotations

import re
import traceback
from typing import Any

import pytest

from models.errors import TrackerError
from models.ledger.lots import Matching
from models.settings import (
    SETTINGS,
    Settings,
    SettingsError,
    TagMeans,
    read_settings,
    setting_names,
)


def test_nothing_said_is_the_defaults() -> None:
    """Parameters of others mean nothing to the tracker."""
    assert read_settings({"period": "14", "my_tracker_x": "1"}, {}) == Settings()


def test_every_setting_has_its_parameter() -> None:
    """Nothing can be chosen that has no parameter, and no parameter chooses nothing."""
    assert set(SETTINGS) == set(Settings.__slots__)
    assert setting_names() == tuple(f"tracker_{name}" for name in SETTINGS)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("default_strategy", "trend", "trend"),
        ("default_strategy", " Trend-2 ", "Trend-2"),
        ("strategy_tag", "name", TagMeans.NAME),
        ("strategy_tag", "whole", TagMeans.WHOLE),
        ("matching", "fifo", Matching.FIFO),
        ("matching", "lifo", Matching.LIFO),
        ("mark_every", "auto", None),
        ("mark_every", "0", 0.0),
        ("mark_every", "2.5", 2.5),
        ("day_marks", "off", False),
    ],
)
def test_a_parameter_is_read_as_its_setting(name: str, text: str, value: object) -> None:
    """Texts become what the tracker works with, and nothing else changes."""
    read = read_settings({f"tracker_{name}": text}, {})
    assert getattr(read, name) == value
    assert read_settings({}, {name: text}) == read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("matching", Matching.LIFO),
        ("day_marks", False),
        ("mark_every", 5),
        ("strategy_tag", TagMeans.WHOLE),
    ],
)
def test_what_code_gives_may_be_the_value_itself(name: str, value: object) -> None:
    """An override need not be a text."""
    assert getattr(read_settings({}, {name: value}), name) == value


def test_an_override_wins_over_the_parameter() -> None:
    """What the code says counts, and the other parameters stay."""
    parameters = {"tracker_mark_every": "60", "tracker_matching": "lifo"}
    read = read_settings(parameters, {"mark_every": 5})
    assert (read.mark_every, read.matching) == (5.0, Matching.LIFO)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("default_strategy", "", "a name without spaces or any of , ; | = that is not unassigned"),
        ("default_strategy", "my trend", "a name without spaces"),
        ("default_strategy", "a=b", "a name without spaces"),
        ("default_strategy", "unassigned", "that is not unassigned"),
        ("strategy_tag", "tag", "name or whole"),
        ("matching", "FIFO", "fifo or lifo"),
        ("mark_every", "-1", "auto, or seconds of 0 or more"),
        ("mark_every", "nan", "auto, or seconds of 0 or more"),
        ("mark_every", "inf", "auto, or seconds of 0 or more"),
        ("mark_every", "soon", "auto, or seconds of 0 or more"),
        ("day_marks", "yes", "on or off"),
        ("capital", "a=0.5,a=0.5", "NAME=PART"),
        ("alerts", "drawdown=10", "0.1 is 10 %"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    """The error names the parameter, shows the value and says what it may be."""
    for given in ({f"tracker_{name}": value}, {}):
        overrides: dict[str, Any] = {} if given else {name: value}
        with pytest.raises(SettingsError) as error:
            read_settings(given, overrides)
        assert re.match(
            f"tracker_{name} is '{value}'; it must be .*{re.escape(allowed)}", str(error.value)
        )
        assert error.value.__cause__ is None


@pytest.mark.parametrize(("wrong", "meant"), [("matchin", "matching"), ("mark_evry", "mark_every")])
def test_an_unknown_name_is_told_what_it_may_have_meant(wrong: str, meant: str) -> None:
    """The error names the parameter, the nearest name and all there are."""
    with pytest.raises(SettingsError) as error:
        read_settings({f"tracker_{wrong}": "fifo"}, {})
    text = str(error.value)
    assert text.startswith(
        f"tracker_{wrong} is no setting; did you mean tracker_{meant}. There are"
    )
    assert all(name in text for name in setting_names())


def test_a_name_like_no_other_gets_no_guess() -> None:
    """Where nothing is near, only the list is given."""
    with pytest.raises(SettingsError, match=r"^tracker_zzz is no setting\. There are: tracker_"):
        read_settings({}, {"zzz": "1"})


def test_a_settings_error_is_the_projects_and_a_value_error() -> None:
    """Users can catch all errors of the project by one name."""
    assert issubclass(SettingsError, TrackerError)
    assert issubclass(SettingsError, ValueError)


SECRETS = ("pager=me@example.com", "web=https://a.example.com/SECRET,web=x", "chat=12345:TOKEN")


@pytest.mark.parametrize("text", SECRETS)
def test_no_error_shows_an_address(text: str) -> None:
    """Neither its text nor what it was raised of holds what `tracker_notify` says."""
    with pytest.raises(SettingsError) as caught:
        read_settings({"tracker_notify": text}, {})
    assert "tracker_notify is not shown, as it may hold secrets; it must be" in str(caught.value)
    assert text not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


def test_settings_do_not_show_the_addresses() -> None:
    """What they say of themselves may stand in a log."""
    settings = read_settings({"tracker_notify": "email=me@example.com"}, {})
    assert settings.notify == {"email": "me@example.com"}
    assert "example.com" not in repr(settings)
