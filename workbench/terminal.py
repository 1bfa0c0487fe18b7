"""What the desk prints to a terminal: text of users and files as it is, and nothing that acts.

Tags, tickers, names and paths are anybody's text. A control character would move the cursor or
colour what follows, and a word in brackets would be markup to rich.
"""

from __future__ import annotations

import click
from rich.console import Console

LONGEST_LINE = 4_000  # characters of a line that is told, such as an error


def clean_text(text: str) -> str:
    """The text on one line with what is not printable written out: `\\x1b` and the like."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _written_out(each) for each in text)


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def clean_lines(text: str) -> str:
    """Lines of text, each as `clean_text` makes it; tabs become blanks."""
    return "\n".join(map(clean_text, text.expandtabs(4).split("\n")))


def told(text: str) -> str:
    """The text as a line that is told: clean, and cut where it is too long for one."""
    line = clean_text(text)
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}..."


def tell_aside(text: str) -> None:
    """Print a line apart from the output."""
    click.echo(told(text), err=True)


def terminal(width: int | None = None, *, stderr: bool = False) -> Console:
    """Where to print: no text is taken for markup or for an emoji.

    Args:
        width: Columns of what is printed to a file or a pipe; a terminal has its own.
        stderr: Whether to print apart from the output.
    """
    console = Console(stderr=stderr, markup=False, emoji=False)
    if width is not None and not console.is_terminal:
        console.width = width
    return console
