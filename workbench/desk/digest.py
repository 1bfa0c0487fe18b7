"""A digest that a live run posted to the desk, read and checked.

`digest.schema.json` is its form. What is signed by its `sha` is what was sent: the SHA-256 of the
canonical JSON of all else. It tells damage, not malice; who may send is the token's matter.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from jsonschema import Draft202012Validator

from models.errors import TrackerError
from workbench.desk.digest_form import Check, form_of

VERSION = 1
MOST_BYTES = 64 * 1024  # of a body
SCHEMA = Path(__file__).with_name("digest.schema.json")
MOST_SHOWN = 80  # characters of a wrong value in an error


class DigestError(TrackerError, ValueError):
    """What was posted is no digest that the desk takes; the text says why."""


class DigestSizeError(DigestError):
    """The body is larger than a digest may be."""


class DigestFormError(DigestError):
    """The body is no JSON, or JSON of another form; the text names the place."""


class DigestVersionError(DigestError):
    """The digest is of a version that this desk does not know."""


class DigestShaError(DigestError):
    """The digest is not what was sent: its `sha` is of something else."""


Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Digest:
    """What a live run told of itself at one moment.

    Attributes:
        deployment: What the desk shows as one deployment: a project in live trading.
        project: The algorithm's name.
        boot: The process that sent it, a UUID.
        seq: Counts the digests of the boot from 1.
        sent: UTC.
        every: Seconds until the next one is due.
        state: The absolute state, as `models.tracker.desk_state` has it.
        fills: The last fills, each with an `id`.
        closed: The last closed trades, each with an `id`.
        events: The last alerts, anomalies, flows, deployments, structures and days, each with an
            `id`.
        left_out: Rows that there was no room for.
        sha: SHA-256 of all else, in hexadecimal digits.
    """

    deployment: str
    project: str
    boot: str
    seq: int
    sent: datetime
    every: float
    state: Mapping[str, Any]
    fills: tuple[Row, ...]
    closed: tuple[Row, ...]
    events: tuple[Row, ...]
    left_out: int
    sha: str

    def to_dict(self) -> dict[str, Any]:
        """The digest as it was sent."""
        return {
            "v": VERSION,
            "deployment": self.deployment,
            "project": self.project,
            "boot": self.boot,
            "seq": self.seq,
            "sent": self.sent.isoformat(),
            "every": self.every,
            "state": dict(self.state),
            "fills": list(self.fills),
            "closed": list(self.closed),
            "events": list(self.events),
            "left_out": self.left_out,
            "sha": self.sha,
        }


def read_digest(body: bytes) -> Digest:
    """The digest in a body: a JSON object, or a JSON text that holds one, as a web hook may send.

    Raises:
        DigestSizeError: The body has more than `MOST_BYTES`.
        DigestFormError: It is no JSON, a member is missing or of another type, or a time is none.
        DigestVersionError: It is of another version.
        DigestShaError: Its `sha` is not that of its content.
    """
    if len(body) > MOST_BYTES:
        raise DigestSizeError(f"the body has {len(body):,} bytes; a digest has {MOST_BYTES:,}")
    document = _parsed(body)
    if not isinstance(document, dict):
        raise DigestFormError("the body is no JSON object")
    version = document.get("v")
    if isinstance(version, int) and version != VERSION:
        raise DigestVersionError(f"the digest is of version {version}; this desk reads {VERSION}")
    _check(document)
    if document["sha"] != _sha_of(document):
        raise DigestShaError("the sha is not that of the content: it was changed on its way")
    return Digest(
        deployment=document["deployment"],
        project=document["project"],
        boot=document["boot"],
        seq=int(document["seq"]),
        sent=read_time(document["sent"]),
        every=float(document["every"]),
        state=document["state"],
        fills=tuple(document["fills"]),
        closed=tuple(document["closed"]),
        events=tuple(document["events"]),
        left_out=int(document["left_out"]),
        sha=document["sha"],
    )


def digest_sha(document: Mapping[str, Any]) -> str:
    """SHA-256 of a digest's canonical JSON without its `sha`, in hexadecimal digits."""
    signed = {key: value for key, value in document.items() if key != "sha"}
    text = json.dumps(signed, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _sha_of(document: Mapping[str, Any]) -> str:
    try:
        return digest_sha(document)
    except ValueError as problem:  # 1e999 is read as an infinite number
        raise DigestFormError(f"the body is no JSON: {problem}") from None


def read_time(text: str) -> datetime:
    """A moment in UTC.

    Raises:
        DigestFormError: It is none, or has no offset from UTC.
    """
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is not None:
            return time.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise DigestFormError(f"{text[:MOST_SHOWN]!r} is no time with an offset from UTC")


def _parsed(body: bytes) -> Any:
    """The JSON of a body; NaN and infinite numbers are none."""
    try:
        found = json.loads(body, parse_constant=_refuse)
        if isinstance(found, str):
            found = json.loads(found, parse_constant=_refuse)
        return found
    except (ValueError, RecursionError) as problem:
        raise DigestFormError(f"the body is no JSON: {str(problem)[:MOST_SHOWN]}") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


@cache
def _schema() -> Any:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return _inlined(schema, schema["$defs"])


@cache
def _form() -> Check:
    return form_of(_schema())


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(_schema())


def _inlined(part: Any, definitions: Mapping[str, Any]) -> Any:
    """A part of the schema with what it refers to in its place, for to look it up takes longest."""
    if isinstance(part, list):
        return [_inlined(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    whole = dict(part)
    name = whole.pop("$ref", "").removeprefix("#/$defs/")
    if name:
        whole = {**definitions[name], **whole}
    return {key: _inlined(value, definitions) for key, value in whole.items()}


def _check(document: Mapping[str, Any]) -> None:
    """Raise `DigestFormError` where the form is not the schema's; the text names the place."""
    if not _form()(document):
        for error in _validator().iter_errors(document):
            place = ".".join(map(str, error.absolute_path)) or "the digest"
            raise DigestFormError(f"{place}: {error.message[:MOST_SHOWN]}")
    for text in _times(document):
        read_time(text)


def _times(document: Mapping[str, Any]) -> Iterator[str]:
    """Every time of a digest that the desk reads."""
    state = document["state"]
    yield from (time for time in (state["as_of"], state["marked_at"]) if time is not None)
    for rows in ("fills", "closed", "events"):
        yield from (row["time"] for row in document[rows])
