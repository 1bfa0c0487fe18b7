"""Opening the page in the user's browser, without showing its code to the machine.

A browser is a program whose words every user of the machine can list. It is led to the address by
a file that only this user can read.
"""

from __future__ import annotations

import html
import os
import webbrowser
from pathlib import Path

PAGE = (
    '<!doctype html><meta charset="utf-8"><title>The desk</title>'
    '<meta http-equiv="refresh" content="0; url={address}"><a href="{address}">The desk</a>'
)


def open_page(address: str, folder: Path) -> bool:
    """Open an address.

    Args:
        address: With its code.
        folder: Where the file can be until the page was opened.

    Returns:
        Whether there is a browser.
    """
    place = folder / "desk.html"
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(PAGE.format(address=html.escape(address)))
    return webbrowser.open(place.as_uri())
