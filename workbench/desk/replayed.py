"""A desk with something on it: a recorded live run traded again, in real time, for `make desk`.

    python -m workbench.desk.replayed --speed 5

The run trades in a folder that vanishes at the end, and a desk beside it watches that folder. When
the recording ends the run is deployed again, on the same store, until Ctrl-C. Some backtests lie in
the folder too, so that there are runs to look at and to compare.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from workbench.desk.local_run import LocalRun
from workbench.engine.files import read_unpacked
from workbench.recordings import find, recordings
from workbench.terminal import clean_text, tell_aside

RECORDING = "live-paper"
# So low that what is recorded exceeds them, and there is an alert to be seen.
ALERTS = "drawdown=0.0001,day_loss=0.00015,slippage=100"
PAUSE = 5.0  # seconds between the end of a deployment and the next
GOODBYE = 5.0  # seconds that the desk has to end
BACKTESTS = ("macd-eleven-years", "cash-flows", "three-strategies")  # they have days in common
# What LEAN writes of a backtest, its result at last.
WRITTEN = {"order-events": "-order-events", "summary": "-summary", "result": ""}


class DeskEndedError(RuntimeError):
    """The desk ended though nobody asked it to.

    Attributes:
        code: What it ended with.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"the desk ended with {code}")
        self.code = code


def play(
    recording: Path,
    folder: Path,
    speed: float,
    deployments: Iterator[int],
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Play a recording as the live run of a folder, deployment by deployment.

    Args:
        recording: The recording's folder.
        folder: The folder in which LEAN would work.
        speed: How much faster than it was recorded.
        deployments: The number of each deployment.
        sleep: Waits so many seconds.
    """
    for number in deployments:
        run = LocalRun(recording, folder, number, speed, alerts=ALERTS)
        for until in run.play():
            sleep(max(0.0, until - time.time()))
        sleep(PAUSE)


def put_backtests(folder: Path, names: Sequence[str] = BACKTESTS) -> None:
    """Put what LEAN wrote of recorded backtests where LEAN would have put it.

    Args:
        folder: The folder in which LEAN would work.
        names: The recordings; one that is not here is left out.
    """
    known = recordings()
    for name in (each for each in names if each in known):
        place = folder / name / "backtests" / "2026-01-01_00-00-00"
        place.mkdir(parents=True)
        for piece, ending in WRITTEN.items():
            packed = known[name].path / f"{piece}.json.gz"
            if packed.exists():
                (place / f"{name}{ending}.json").write_bytes(read_unpacked(packed))


def rest(desk: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait while the desk runs.

    Raises:
        DeskEndedError: It runs no longer.
    """
    try:
        raise DeskEndedError(desk.wait(seconds))
    except subprocess.TimeoutExpired:
        return


@contextmanager
def desk_beside(
    folder: Path, library: Path, words: Sequence[str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A desk that watches a folder, until the end of the block.

    Args:
        folder: What it watches.
        library: The file of its library.
        words: More of its command line.
    """
    command = (sys.executable, "-m", "workbench", "serve", "--library", str(library))
    desk = subprocess.Popen([*command, "--watch", str(folder), *words])
    try:
        yield desk
    finally:
        desk.terminate()
        try:
            desk.wait(GOODBYE)
        except subprocess.TimeoutExpired:
            desk.kill()
            desk.wait()


def _end(*_: object) -> None:
    """End as with Ctrl-C, so that the desk ends too."""
    raise KeyboardInterrupt


def _ever() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


@click.command()
@click.option("--recording", default=RECORDING, show_default=True, help="A live run's recording.")
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 1_000.0),
    default=1.0,
    show_default=True,
    help="How much faster than it was recorded.",
)
@click.option("--port", default="8765", show_default=True, help="The desk's; 0 for a free one.")
@click.option("--open/--no-open", "opens", default=False, help="Open the page in your browser.")
def main(recording: str, speed: float, port: str, opens: bool) -> None:
    """Show the live desk with a recorded run that trades again, until Ctrl-C.

    \b
    Example:
      python -m workbench.desk.replayed --speed 5
    """
    try:
        path = find(recording)
    except LookupError as problem:
        tell_aside(f"Error: {clean_text(str(problem))}")
        sys.exit(2)
    signal.signal(signal.SIGTERM, _end)
    words = ["--port", port, "--open" if opens else "--no-open"]
    with TemporaryDirectory(prefix="tracker-desk-") as place:
        folder = Path(place) / "lean"
        folder.mkdir()
        put_backtests(folder)
        with desk_beside(folder, Path(place) / "library.db", words) as desk:
            try:
                play(path, folder, speed, _ever(), partial(rest, desk))
            except KeyboardInterrupt:
                return
            except DeskEndedError as ended:
                sys.exit(ended.code)


if __name__ == "__main__":
    main()
