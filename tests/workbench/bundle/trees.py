"""Small trees of sources for the bundler's tests."""

from __future__ import annotations

from textwrap import dedent

from workbench.bundle.modules import Module, read_modules
from workbench.bundle.tiers import Tier

# A tier that merges, with room for any tree of the tests.
ROOMY = Tier("roomy", 24, 100_000)


def tree(files: dict[str, str]) -> dict[str, bytes]:
    """Sources by path, their indentation taken off."""
    return {path: dedent(text).lstrip("\n").encode() for path, text in files.items()}


def modules(files: dict[str, str]) -> dict[str, Module]:
    """The same as modules, by name."""
    return read_modules(tree(files))


# A lot and a book of lots: the second needs the first, and a user imports both.
BOOKS = {
    "models/__init__.py": '''
        """Public names."""

        from __future__ import annotations

        from models.ledger.books import Book
        from models.ledger.lots import Lot

        __all__ = ["Book", "Lot"]
        ''',
    "models/ledger/__init__.py": '"""The ledger."""\n',
    "models/ledger/lots.py": '''
        """Lots.

        A lot is what one fill opened.
        """

        from __future__ import annotations

        from dataclasses import dataclass

        DUST = 1e-9  # shares


        @dataclass(frozen=True)
        class Lot:
            """One lot.

            Attributes:
                size: Shares.
            """

            size: float
        ''',
    "models/ledger/books.py": '''
        """Books of lots."""

        from __future__ import annotations

        import math
        from collections.abc import Iterable
        from typing import TYPE_CHECKING

        from models.ledger.lots import DUST, Lot

        if TYPE_CHECKING:
            from decimal import Decimal


        class Book:
            """Some lots."""

            def __init__(self, lots: Iterable[Lot], price: Decimal | None = None) -> None:
                self.lots = list(lots)

            def size(self) -> float:
                """Shares of all lots."""
                total = math.fsum(lot.size for lot in self.lots)
                return total if abs(total) > DUST else 0.0
        ''',
    "utils/__init__.py": '"""The edges."""\n',
    "utils/structured_logger.py": '"""The log."""\n\nLINES: list[str] = []\n',
    "utils/tracking.py": '''
        """Tracking."""

        from __future__ import annotations

        from models import Book, Lot
        from utils.structured_logger import LINES


        def track(*sizes: float) -> float:
            """The size of lots."""
            LINES.append("tracked")
            return Book([Lot(size) for size in sizes]).size()
        ''',
    "main.py": '''
        """An algorithm."""

        from __future__ import annotations

        from utils.tracking import track

        FOUND = track(1.0, 2.5)
        ''',
}
