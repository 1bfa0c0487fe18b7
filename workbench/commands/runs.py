"""The command `runs`: the library of runs, listed, filtered, marked and cleared."""

from __future__ import annotations

from typing import Any

import click

from workbench.commands.libraries import library_option, opened
from workbench.json_text import json_text
from workbench.terminal import terminal, told

WIDTH = 130  # columns of what is printed to a file or a pipe
LISTING = "list"
# Words that are a command where an id follows, and else a filter of the list.
FLAGS = frozenset({"star", "baseline"})

run_argument = click.argument("run", metavar="ID")
runs_argument = click.argument("runs", nargs=-1, required=True, metavar="ID...")
tags_argument = click.argument("tags", nargs=-1, required=True, metavar="TAG...")


class RunsGroup(click.Group):
    """A group that lists where its first word is none of its commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words, with `list` before them where they are filters and options."""
        return super().parse_args(ctx, [LISTING, *args] if self._lists(args) else args)

    def _lists(self, args: list[str]) -> bool:
        first = args[0] if args else ""
        if first in FLAGS:
            return all(word.startswith("-") for word in args[1:]) and "--help" not in args
        return first not in self.commands and first not in ("--help", "-h")

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; the list for every other word, which is a filter."""
        return super().get_command(ctx, cmd_name) or self.commands[LISTING]


@click.group(
    name="runs",
    cls=RunsGroup,
    short_help="List, filter and mark the runs of your library.",
    epilog="A word that is none of the commands is a filter of the list.",
)
def command() -> None:
    """List, filter and mark the runs of your library.

    \b
    Examples:
      python -m workbench runs
      python -m workbench runs 'sharpe>1' tag:prod since:2024-01 --sort -sharpe
      python -m workbench runs show 3fb45d6a
    """


@command.command(LISTING)
@click.argument("words", nargs=-1, metavar="[FILTER]...")
@click.option(
    "--sort",
    default="-imported",
    show_default=True,
    help="A figure, or imported, begun, algorithm and so on; `-` puts the highest first.",
)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Runs at most."
)
@click.option("--cursor", help="Go on behind the part that had this cursor in its JSON.")
@click.option(
    "--figure", "figures", multiple=True, metavar="NAME", help="Show this figure too, as calmar."
)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON, for machines.")
@library_option
def list_command(
    words: tuple[str, ...],
    sort: str,
    limit: int,
    cursor: str | None,
    figures: tuple[str, ...],
    as_json: bool,
    url: str | None,
) -> None:
    """List runs that match every FILTER.

    A FILTER is a figure and a bound (`sharpe>1`, `trend.max_drawdown<10%`), a field and a value
    (`tag:prod`, `since:2024-01`, `algorithm:Three`, `strategy:trend`, `live:yes`,
    `param:fast=10`), or one of star, baseline and trash. `-` before one turns it round, behind a
    `--` that ends the options.

    \b
    Examples:
      python -m workbench runs list 'sharpe>1' tag:prod --sort -sharpe
      python -m workbench runs list star --limit 20 --json
      python -m workbench runs list --sort max_drawdown -- -tag:old
    """
    with opened(url) as library:
        from workbench.library.tables import columns_of, show_list

        columns = columns_of(words, sort, figures)
        page = library.list(words, sort, limit, cursor, columns)
        if as_json:
            click.echo(json_text(page.to_dict()))
        else:
            show_list(page, columns, library.ids(), terminal(WIDTH))


@command.command("show")
@run_argument
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, for machines.")
@library_option
def show_command(run: str, as_json: bool, url: str | None) -> None:
    """Show what the library has of a run.

    ID may be shortened as long as it is one run's alone.

    \b
    Examples:
      python -m workbench runs show 3fb45d6a
      python -m workbench runs show 3fb45d6a --json
    """
    with opened(url) as library:
        from workbench.library.tables import kept_dict, show_run

        kept = library.get(run)
        if as_json:
            click.echo(json_text(kept_dict(kept)))
        else:
            show_run(kept, terminal(WIDTH))


@command.command("tag")
@run_argument
@tags_argument
@library_option
def tag_command(run: str, tags: tuple[str, ...], url: str | None) -> None:
    """Give a run tags, by which the list can be filtered.

    \b
    Example:
      python -m workbench runs tag 3fb45d6a prod checked
    """
    with opened(url) as library:
        _say(library.tag(run, *tags), f"has {', '.join(tags)}")


@command.command("untag")
@run_argument
@tags_argument
@library_option
def untag_command(run: str, tags: tuple[str, ...], url: str | None) -> None:
    """Take tags from a run.

    \b
    Example:
      python -m workbench runs untag 3fb45d6a checked
    """
    with opened(url) as library:
        _say(library.untag(run, *tags), f"is without {', '.join(tags)}")


@command.command("note")
@run_argument
@click.argument("text")
@library_option
def note_command(run: str, text: str, url: str | None) -> None:
    """Note TEXT beside a run, in place of what was noted; an empty one takes it away.

    \b
    Example:
      python -m workbench runs note 3fb45d6a "before the new stop"
    """
    with opened(url) as library:
        _say(library.note(run, text), "is noted" if text else "has no note")


@command.command("name")
@run_argument
@click.argument("name")
@library_option
def name_command(run: str, name: str, url: str | None) -> None:
    """Call a run NAME, in place of what it was called; an empty one takes it away.

    \b
    Example:
      python -m workbench runs name 3fb45d6a "the new stop"
    """
    with opened(url) as library:
        _say(library.rename(run, name), f"is called {name}" if name else "has no name")


@command.command("star")
@runs_argument
@click.option("--off", is_flag=True, help="Take the star away.")
@library_option
def star_command(runs: tuple[str, ...], off: bool, url: str | None) -> None:
    """Star runs; without an ID those that have one are listed.

    \b
    Examples:
      python -m workbench runs star 3fb45d6a
      python -m workbench runs star 3fb45d6a --off
    """
    with opened(url) as library:
        for run in runs:
            _say(library.star(run, not off), "has no star" if off else "has a star")


@command.command("baseline")
@run_argument
@click.option("--off", is_flag=True, help="It is the baseline no longer.")
@library_option
def baseline_command(run: str, off: bool, url: str | None) -> None:
    """Hold the other runs of an algorithm and project against this one.

    There is one a project and algorithm: the one before is it no longer. Without an ID the
    baselines are listed.

    \b
    Example:
      python -m workbench runs baseline 3fb45d6a
    """
    with opened(url) as library:
        _say(library.baseline(run, not off), "is no baseline" if off else "is the baseline")


@command.command("delete")
@runs_argument
@library_option
def delete_command(runs: tuple[str, ...], url: str | None) -> None:
    """Put runs into the trash, from which `restore` brings them back until `prune`.

    \b
    Example:
      python -m workbench runs delete 3fb45d6a
    """
    with opened(url) as library:
        for run in runs:
            _say(library.delete(run), "is in the trash")


@command.command("restore")
@runs_argument
@library_option
def restore_command(runs: tuple[str, ...], url: str | None) -> None:
    """Take runs out of the trash; `runs trash` lists what is in it.

    \b
    Example:
      python -m workbench runs restore 3fb45d6a
    """
    with opened(url) as library:
        for run in runs:
            _say(library.restore(run), "is back")


@command.command("prune")
@library_option
def prune_command(url: str | None) -> None:
    """Empty the trash for good.

    \b
    Example:
      python -m workbench runs prune
    """
    with opened(url) as library:
        count = library.prune()
    click.echo(f"{count:,} {'run is' if count == 1 else 'runs are'} gone for good")


def _say(run: str, what: Any) -> None:
    click.echo(told(f"{run} {what}"))
