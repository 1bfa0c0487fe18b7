"""Sockets that listen to the live desk in a process of their own, at little cost.

What takes each message apart would take more of the processor than the desk that is measured. So
frames are counted by their heads, and of a fill only the order and the deployment are read.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from array import array
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from typing import Final
from urllib.parse import urlsplit

FILL: Final = re.compile(rb'"type": "fill".*?"deployment": "d(\d+)".*?"order": (\d+)', re.DOTALL)
KIND: Final = 160  # bytes within which the type of a message stands
TEXT, PING, PONG = 1, 9, 10
SHORT = 126  # this and what is above says that the size is in the next bytes


@dataclass(slots=True)
class Listened:
    """What some sockets heard.

    Attributes:
        deployments: Of each fill at each socket the number of its deployment.
        orders: Likewise its order.
        times: Likewise when it came, in seconds of the clock of `time.perf_counter`.
        kinds: How many messages came, and how many of them were resets.
        closed: Sockets that ended before they were asked to.
        seconds: Of the processor, that this took.
    """

    deployments: array[int] = field(default_factory=lambda: array("l"))
    orders: array[int] = field(default_factory=lambda: array("l"))
    times: array[float] = field(default_factory=lambda: array("d"))
    kinds: Counter[str] = field(default_factory=Counter)
    closed: int = 0
    seconds: float = 0.0


class Ear(asyncio.Protocol):
    """One socket; of WebSockets it knows what this takes.

    Args:
        listened: Where it notes what it hears.
        host: The desk's host and port.
        said: What it says first.
    """

    def __init__(self, listened: Listened, host: str, said: Sequence[str]) -> None:
        self.listened, self.host, self.said = listened, host, said
        self.buffer = bytearray()
        self.opened = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a socket."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(
            f"GET /api/v1/stream HTTP/1.1\r\nHost: {self.host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
            f"{b64encode(os.urandom(16)).decode()}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take what came apart into messages."""
        now = time.perf_counter()
        self.buffer += data
        if not self.opened:
            head, end, rest = self.buffer.partition(b"\r\n\r\n")
            if not end:
                return
            assert b" 101 " in head.split(b"\r\n")[0]
            self.opened, self.buffer = True, rest
            for text in self.said:
                self._say(TEXT, text.encode())
        place = 0
        while (found := _frame(self.buffer, place)) is not None:
            begin, place, kind = found
            self._hear(kind, begin, place, now)
        del self.buffer[:place]

    def _hear(self, kind: int, begin: int, end: int, now: float) -> None:
        if kind == PING:
            self._say(PONG, bytes(self.buffer[begin:end]))
        elif kind == TEXT:
            self._note(begin, end, now)

    def _note(self, begin: int, end: int, now: float) -> None:
        listened, head = self.listened, self.buffer[begin : begin + KIND]
        listened.kinds["messages"] += 1
        if b'"type": "fill"' in head:
            found = FILL.search(self.buffer, begin, end)
            assert found is not None
            listened.deployments.append(int(found[1]))
            listened.orders.append(int(found[2]))
            listened.times.append(now)
        elif b'"type": "reset"' in head:
            listened.kinds["resets"] += 1
            if not self.ready.done():
                self.ready.set_result(None)

    def _say(self, kind: int, data: bytes) -> None:
        size = bytes([0x80 | len(data)]) if len(data) < SHORT else _long(len(data))
        self.transport.write(bytes([0x80 | kind]) + size + bytes(4) + data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that it ended."""
        self.listened.closed += 1


def _long(size: int) -> bytes:
    return bytes([0x80 | SHORT]) + size.to_bytes(2, "big")


def _frame(buffer: bytearray, place: int) -> tuple[int, int, int] | None:
    """Where the data of the next frame begins and ends, and its kind; None until it is whole."""
    if len(buffer) < place + 2:
        return None
    size, begin = buffer[place + 1], place + 2
    if size >= SHORT:
        width = 2 if size == SHORT else 8
        if len(buffer) < begin + width:
            return None
        size, begin = int.from_bytes(buffer[begin : begin + width], "big"), begin + width
    end = begin + size
    return (begin, end, buffer[place] & 15) if len(buffer) >= end else None


def listen(pipe: Connection, address: str, secret: str, sockets: int, deployments: int) -> None:
    """Listen until something comes from the other end of the pipe; then send what was heard."""
    pipe.send(asyncio.run(_listen(pipe, address, secret, sockets, deployments)))


async def _listen(
    pipe: Connection, address: str, secret: str, sockets: int, deployments: int
) -> Listened:
    listened, place = Listened(), urlsplit(address)
    loop = asyncio.get_running_loop()
    ears = []
    for number in range(sockets):
        topics = ["deployments", f"deployment/d{number % deployments}"]
        said = [json.dumps({"auth": secret}), json.dumps({"subscribe": topics})]
        make = partial(Ear, listened, place.netloc, said)
        _, ear = await loop.create_connection(make, place.hostname or "", place.port or 80)
        ears.append(ear)
        await ear.ready
    pipe.send(None)
    began = time.process_time()
    asked = asyncio.Event()
    loop.add_reader(pipe.fileno(), asked.set)
    await asked.wait()
    loop.remove_reader(pipe.fileno())
    listened.seconds = time.process_time() - began
    closed = listened.closed
    for ear in ears:
        ear.transport.close()
    await asyncio.sleep(0)
    listened.closed = closed
    return listened
