"""What LEAN's cloud takes of a project, by tier, and what the bundler makes of it.

LEAN's free tier takes 25 files of 32 KB, and each of the others more; one file or more and an
eighth of the size of each are left to the user. On a machine of one's own nothing is limited, and
nothing is merged.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.bundle.imports import BundleError

KILOBYTE = 1024
# The last part of a file's size that an export does not use: it tells that the groups are full.
RESERVE = 0.04
# The way out of every limit.
AGAIN = "`python -m workbench.bundle` forms the groups of modules anew."


@dataclass(frozen=True, slots=True)
class Tier:
    """One target of an export.

    Attributes:
        name: What the command line calls it.
        files: The most Python files.
        size: The most bytes of one; None for no limit and no merging.
        instead: Sources that stand in for others, by the path of the latter; what only the latter
            need stays out.
    """

    name: str
    files: int
    size: int | None
    instead: Mapping[str, str] = field(default_factory=dict)

    @property
    def usable(self) -> int | None:
        """The most bytes of a file that are used; None for no limit."""
        return None if self.size is None else int(self.size * (1 - RESERVE))


# It has no Object Store, trades nothing live, and has no room for everything.
INSTEAD = {
    "models/execution/following.py": "workbench/bundle/without_execution.py",
    "models/ledger/dues.py": "workbench/bundle/without_dues.py",
    "models/ledger/interruption.py": "workbench/bundle/without_stops.py",
    "models/structures/book.py": "workbench/bundle/without_structures.py",
    "models/tracker/explaining.py": "workbench/bundle/without_explaining.py",
    "models/tracker/persistence.py": "workbench/bundle/without_persistence.py",
    "utils/lean/commands.py": "workbench/bundle/without_commands.py",
    "utils/lean/open_orders.py": "workbench/bundle/without_open_orders.py",
    "utils/lean/saving.py": "workbench/bundle/without_saving.py",
    "utils/notify/digests.py": "workbench/bundle/without_desk.py",
    "utils/notify/notifier.py": "workbench/bundle/without_notifier.py",
    "utils/store/keeping.py": "workbench/bundle/without_store.py",
}
FREE = Tier("free", 24, 28 * KILOBYTE, INSTEAD)
RESEARCHER = Tier("researcher", 48, 60 * KILOBYTE)
TEAM = Tier("team", 72, 120 * KILOBYTE)
LOCAL = Tier("local", sys.maxsize, None)
TIERS = {tier.name: tier for tier in (FREE, RESEARCHER, TEAM, LOCAL)}


def check_limits(sizes: Mapping[str, int], tier: Tier) -> None:
    """Hold what is about to be written to what the tier takes.

    Args:
        sizes: Bytes by path.
        tier: The target.

    Raises:
        BundleError: There are too many files, or one is in the last part of its size.
    """
    if len(sizes) > tier.files:
        raise BundleError(
            f"{len(sizes)} files are too many: the {tier.name} tier is given {tier.files}. {AGAIN}"
        )
    usable = tier.usable
    large = [f"{path} ({size:,})" for path, size in sizes.items() if usable and size > usable]
    if large:
        raise BundleError(
            f"too large: {', '.join(large)}. The {tier.name} tier is given {tier.size:,} bytes a "
            f"file and the last {100 * RESERVE:.0f} % of them are kept free. {AGAIN}"
        )
