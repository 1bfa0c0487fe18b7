"""A desk with something on it: a recorded live run traded again, in real time, for `make desk`.

    python -m workbench.desk.replayed --speed 5

The run trades in a folder that vanishes at the end, and a desk beside it watches that folder. When
the recording ends the run is deployed again, on the same store, until Ctrl-C.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from workbench.desk.local_run import LocalRun
from workbench.recordings import find
from workbench.terminal import clean_text, tell_aside

RECORDING = "live-paper"
PAUSE = 5.0  # seconds between the end of a deployment and the next
GOODBYE = 5.0  # seconds that the desk has to end


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
        run = LocalRun(recording, folder, number, speed)
        for until in run.play():
            sleep(max(0.0, until - time.time()))
        sleep(PAUSE)


@contextmanager
def desk_beside(folder: Path, library: Path, words: Sequence[str]) -> Iterator[None]:
    """A desk that watches a folder, until the end of the block.

    Args:
        folder: What it watches.
        library: The file of its library.
        words: More of its command line.
    """
    command = (sys.executable, "-m", "workbench", "serve", "--library", str(library))
    desk = subprocess.Popen([*command, "--watch", str(folder), *words])
    try:
        yield
    finally:
        desk.terminate()
        try:
            desk.wait(GOODBYE)
        except subprocess.TimeoutExpired:
            desk.kill()
            desk.wait()


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
    words = ["--port", port, "--open" if opens else "--no-open"]
    with TemporaryDirectory(prefix="tracker-desk-") as place:
        folder = Path(place) / "lean"
        folder.mkdir()
        with desk_beside(folder, Path(place) / "library.db", words):
            try:
                play(path, folder, speed, _ever())
            except KeyboardInterrupt:
                return


if __name__ == "__main__":
    main()
