"""A digest at the desk: what is read, and what is refused and why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.utils.notify.senders import Sender
from workbench.desk import digest as reading
from workbench.desk.digest import (
    MOST_BYTES,
    SCHEMA,
    DigestError,
    DigestFormError,
    DigestShaError,
    DigestSizeError,
    DigestVersionError,
    digest_sha,
    read_digest,
    read_time,
)


def posted() -> dict[str, Any]:
    """A digest as a sender makes it, with a closed trade and events."""
    sender = Sender()
    sender.trade()
    sender.tracker.open_trade("B", 2, 5.0, time=sender.time, strategy="other")
    sender.tracker.core.reject(sender.time, "bad event", "no price")
    sender.wait()
    document: dict[str, Any] = json.loads(sender.posted[0].text)
    return document


POSTED = posted()
FILL = {
    "id": "1:1:2",
    "order": 1,
    "event": 2,
    "time": "2024-01-02T12:00:00+00:00",
    "symbol": "A",
    "sid": "A",
    "strategy": "trend",
    "quantity": 1.0,
    "price": 10.0,
    "fee": 0.0,
    "fee_currency": "USD",
    "slippage": None,
    "slippage_bps": None,
    "tag": "",
}


def body(document: Any, *, signed: bool = True) -> bytes:
    """The body of a document, with a right checksum."""
    if signed:
        document = {**document, "sha": digest_sha(document)}
    return json.dumps(document).encode()


def changed(path: str, value: Any) -> dict[str, Any]:
    """What a sender makes, with another value at a path, or without it where that is `...`."""
    document: dict[str, Any] = json.loads(json.dumps({**POSTED, "fills": [FILL]}))
    part: Any = document
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("/"))
    for step in steps:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return document


def test_the_schema_is_one() -> None:
    """By the rules of its own version."""
    Draft202012Validator.check_schema(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_what_a_sender_makes_is_read() -> None:
    """And written again as it was."""
    digest = read_digest(body(POSTED))
    assert digest.to_dict() == POSTED
    assert [row["pnl"] for row in digest.closed] == [1.0]
    assert read_digest(json.dumps(body(POSTED).decode()).encode()) == digest
    assert read_digest(json.dumps(POSTED, indent=2).encode()) == digest


def test_a_member_that_is_added_later_is_no_error() -> None:
    """Fields are only ever added; a desk that does not know one passes it over."""
    assert read_digest(body({**POSTED, "new": 1})).seq == 1
    state = {**POSTED["state"], "new": [1]}
    assert read_digest(body({**POSTED, "state": state})).state["new"] == [1]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("boot", "1"),
        ("boot", None),
        ("seq", 0),
        ("seq", 1.5),
        ("seq", True),
        ("deployment", ""),
        ("deployment", "../../etc"),
        ("deployment", ...),
        ("sent", "yesterday"),
        ("sent", "2024-01-02T12:00:00"),
        ("every", 0),
        ("left_out", -1),
        ("state", []),
        ("state/balance", ...),
        ("state/balance/equity", "1"),
        ("state/as_of", "2024-13-02T12:00:00+00:00"),
        ("state/strategies/trend/net_pnl", "1"),
        ("state/positions/strategies/other", {}),
        ("fills/0/id", ...),
        ("fills/0/quantity", None),
        ("fills/0/time", "2024-01-02T12:00:00 somewhere"),
        ("closed/0/direction", "up"),
        ("closed/0/orders", [1]),
        ("events/0/kind", "gossip"),
        ("events/0/time", "99999-01-02T12:00:00+00:00"),
        ("sha", ...),
    ],
)
def test_another_form_is_refused_with_its_place(path: str, value: Any) -> None:
    """Whether or not the checksum is right."""
    with pytest.raises(DigestFormError) as caught:
        read_digest(body(changed(path, value), signed=path != "sha"))
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b"[" * 20_000,
        b'{"v": 1, "seq": NaN}',
        b'{"v": 1, "seq": 1e999}',
        b'{"v": 1, "seq": ' + b"9" * 5_000 + b"}",
        json.dumps(json.dumps(json.dumps(POSTED))).encode(),
    ],
)
def test_what_is_no_json_object_is_refused(sent: bytes) -> None:
    """Numbers that JSON has not are none either."""
    with pytest.raises(DigestFormError):
        read_digest(sent)


def test_the_form_is_told_without_walking_the_schema() -> None:
    """What a sender makes is surely of the form, so that jsonschema judges what is wrong alone."""
    assert reading._form()({**POSTED, "fills": [FILL]})


# Values that some member of a digest does not take.
OTHER = st.sampled_from(
    [None, True, 1, 1.0, -1, 1.5, 2**60, "", "x" * 300, "long", [], [1, 2], ["1"], {}, {"a": "b"}]
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_what_is_of_the_form_is_of_the_schema(data: st.DataObject) -> None:
    """Whatever stands in a digest: what the fast look passes, jsonschema passes too."""
    document: Any = json.loads(json.dumps({**POSTED, "fills": [FILL]}))
    part = document
    while isinstance(part, dict | list) and part:
        keys = sorted(part) if isinstance(part, dict) else range(len(part))
        key: Any = data.draw(st.sampled_from(keys))
        if not isinstance(part[key], dict | list) or not part[key] or data.draw(st.booleans()):
            part[key] = data.draw(OTHER)
            break
        part = part[key]
    if reading._form()(document):
        assert [*reading._validator().iter_errors(document)] == []


def test_too_large_a_body_is_refused_unread() -> None:
    """One that just fits is read."""
    text = body(POSTED)
    assert read_digest(text + b" " * (MOST_BYTES - len(text)))
    with pytest.raises(DigestSizeError, match="65,537 bytes"):
        read_digest(text + b" " * (MOST_BYTES - len(text) + 1))


def test_another_version_is_named() -> None:
    """Before anything else of it is looked at."""
    with pytest.raises(DigestVersionError, match="version 2; this desk reads 1"):
        read_digest(b'{"v": 2}')


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_digest_that_was_changed_is_refused(data: st.DataObject) -> None:
    """Any byte that says something else; a blank that says the same is none."""
    text = body(POSTED)
    place = data.draw(st.integers(0, len(text) - 1))
    other = bytes([data.draw(st.integers(0, 255))])
    mutated = text[:place] + other + text[place + 1 :]
    try:
        same = json.loads(mutated) == json.loads(text)
    except ValueError:
        same = False
    if same:
        assert read_digest(mutated) == read_digest(text)
        return
    with pytest.raises(DigestError):
        read_digest(mutated)


def test_a_changed_figure_is_told_as_damage() -> None:
    """Of the right form, with the checksum of something else."""
    document = changed("state/equity", 1e9)
    with pytest.raises(DigestShaError):
        read_digest(json.dumps({**document, "fills": []}).encode())


@given(st.text(max_size=40))
def test_a_time_has_an_offset_or_is_none(text: str) -> None:
    """Whatever is read is in UTC."""
    try:
        time = read_time(text)
    except DigestFormError:
        return
    assert str(time.tzinfo) == "UTC"
