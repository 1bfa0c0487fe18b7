"""Conversions of single LEAN values."""

from __future__ import annotations

from datetime import UTC, datetime

from utils.lean.conversions import class_name, utc
from workbench.engine.objects import GMT


def test_a_time_of_leans_becomes_a_plain_one() -> None:
    """LEAN's time zone class is left behind; the moment stays."""
    theirs = datetime(2020, 1, 2, 9, 30, 0, 123456, tzinfo=GMT())
    assert utc(theirs) == theirs
    assert type(utc(theirs)) is datetime
    assert utc(theirs).tzinfo is UTC


def test_a_model_shows_its_class_also_behind_an_interface() -> None:
    """Where LEAN hands out an interface, the class is read from what the object prints."""

    class NullModel:
        pass

    class IModel:
        def __str__(self) -> str:
            return "QuantConnect.Securities.Models+NullModel"

    assert class_name(NullModel()) == "NullModel"
    assert class_name(IModel()) == "NullModel"
