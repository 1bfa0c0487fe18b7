"""The processes of a deployment, and which of their states counts.

The newest state of a boot is that of its highest number. Of several boots the one that began last
counts. What is watched on this machine is a boot without a name: it counts where its state is not
older than that of the others. Which state counts follows from what came, in whatever order it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from workbench.library.schema import BOOTS, DEPLOYMENTS

WATCHED = ""  # the boot of what is watched on this machine

# What tells which boot counts.
STANDING = (BOOTS.c.boot, BOOTS.c.started, BOOTS.c.seq, BOOTS.c.sent)
THERE = select(*STANDING).where(BOOTS.c.deployment == bindparam("of"))
BEGUN = insert(BOOTS)
HEARD = update(BOOTS).where(
    BOOTS.c.deployment == bindparam("of"), BOOTS.c.boot == bindparam("of_boot")
)
COUNTING = update(DEPLOYMENTS).where(DEPLOYMENTS.c.key == bindparam("of"))


@dataclass(frozen=True, slots=True)
class Heard:
    """A state that came; times in microseconds since 1970.

    Attributes:
        boot: The process that it is of.
        seq: Counts the states of the boot.
        sent: When it was sent.
        received: When it came.
        every: Seconds between two.
        state: JSON.
    """

    boot: str
    seq: int
    sent: int
    received: int
    every: float
    state: str


def take_state(connection: Connection, key: int, heard: Heard) -> bool:
    """Keep a state where it is the newest of its boot.

    Args:
        connection: In a transaction that writes, and that alone writes of this deployment.
        key: The deployment's.
        heard: The state.

    Returns:
        Whether it is the state that counts now.
    """
    rows = connection.execute(THERE, {"of": key}).mappings()
    boots = {row["boot"]: dict(row) for row in rows}
    there = boots.get(heard.boot)
    values = _values(heard)
    if there is None:
        values |= {"started": heard.sent}
        connection.execute(BEGUN, {"deployment": key, "boot": heard.boot, **values})
    else:
        values = values if heard.seq > there["seq"] else {}
        if heard.sent < there["started"]:
            values |= {"started": heard.sent}
        if values:
            connection.execute(HEARD, {"of": key, "of_boot": heard.boot, **values})
    boots[heard.boot] = {**(there or {"boot": heard.boot}), **values}
    counts = counting(list(boots.values()))
    connection.execute(COUNTING, {"of": key, "boot": counts})
    return counts == heard.boot and "state" in values


def _values(heard: Heard) -> dict[str, Any]:
    names = ("seq", "sent", "received", "every", "state")
    return {name: getattr(heard, name) for name in names}


def counting(boots: Sequence[dict[str, Any]]) -> str:
    """The boot whose state counts, of all those of a deployment."""
    senders = [each for each in boots if each["boot"] != WATCHED]
    watched = next((each for each in boots if each["boot"] == WATCHED), None)
    last = max(senders, key=lambda each: (each["started"], each["boot"]), default=None)
    if last is None or (watched is not None and watched["sent"] >= last["sent"]):
        return WATCHED
    return str(last["boot"])


def boots_of(connection: Connection, key: int) -> list[RowMapping]:
    """The boots of a deployment without their states, in the order of their beginning."""
    names = (*STANDING, BOOTS.c.received, BOOTS.c.every)
    query = select(*names).where(BOOTS.c.deployment == key)
    return [*connection.execute(query.order_by(BOOTS.c.started, BOOTS.c.boot)).mappings()]
