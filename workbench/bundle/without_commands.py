"""Where commands would be answered: it stands in for `utils/lean/commands.py`.

LEAN passes commands on in live trading alone, and its free tier trades nothing live.
"""

from __future__ import annotations


class Commands:
    """Answers nothing; as of the class that it stands in for."""

    def __init__(self, _tracker: object, _reporting: object, _saving: object) -> None:
        """Take what the other takes."""

    def answer(self, _data: object) -> None:
        """No command is the tracker's."""
