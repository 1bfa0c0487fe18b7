"""Where digests for the live desk would be: it stands in for `utils/notify/digests.py`.

LEAN's free tier trades nothing live and posts to no web hook. Who asks for a desk is told so.
"""

from __future__ import annotations

from typing import Any

from models.settings import SettingsError

NO_DESK = (
    "tracker_desk is set, and this form of the tracker was exported for LEAN's free tier, which "
    "posts to no desk; `tracker export --tier researcher` makes one that does"
)


class Digests:
    """Stands where what posts digests would be: there is none.

    Raises:
        SettingsError: It is made at all.
    """

    def __init__(self, *_: Any) -> None:
        raise SettingsError(NO_DESK)
