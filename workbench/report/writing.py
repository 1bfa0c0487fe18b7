"""A report written to a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from workbench.report.page import report_page
from workbench.report.printing import print_page
from workbench.runs.record import JSON, RunRecord

NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        path: The page.
        pdf: The page on paper; None where it was not asked for.
        size: Bytes of the page.
    """

    path: Path
    pdf: Path | None
    size: int

    def to_dict(self, record: RunRecord) -> JSON:
        """What `--json` prints."""
        own, trades = record.statistics["own"]["portfolio"], record.statistics["own"]["trades"]
        return {
            "id": record.id,
            "algorithm": record.algorithm,
            "report": str(self.path),
            "pdf": str(self.pdf) if self.pdf else None,
            "bytes": self.size,
            "equity": record.equity,
            "trades": trades["all"]["trades"],
            "total_return": own["total_return"]["value"],
            "sharpe": own["sharpe"]["value"],
        }


def write_report(record: RunRecord, path: Path, *, pdf: bool = False) -> Written:
    """Write the report of a run.

    Args:
        record: The run.
        path: The page's file; its folder is made where it is not there.
        pdf: Whether to print it, too, beside the page.

    Raises:
        OSError: The file cannot be written, or the browser printed nothing.
        NoBrowserError: There is no browser to print with.
        MissingLibraryError: The charts' library is not installed.
    """
    return write_page(report_page(record), path, pdf=pdf)


def write_page(text: str, path: Path, *, pdf: bool = False) -> Written:
    """Write a page that is made already; as `write_report`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode("utf-8")
    path.write_bytes(content)
    printed = path.with_suffix(".pdf") if pdf else None
    if printed:
        print_page(path, printed)
    return Written(path, printed, len(content))


def file_name(record: RunRecord) -> str:
    """What a report's file is called where nobody said."""
    name = NOT_IN_A_NAME.sub("-", record.algorithm or "run").strip("-.") or "run"
    return f"{name}-{record.id[:8]}.html" if record.id else f"{name}.html"
