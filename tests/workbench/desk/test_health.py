"""Whether the desk says that it is well, and when it is not."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from models import __version__


def test_a_desk_that_is_well_says_so(client: TestClient) -> None:
    """To all, with its version."""
    assert client.get("/healthz").json() == {"status": "ok", "version": __version__}


def test_a_desk_without_its_library_is_not_well(client: TestClient, tmp_path: Path) -> None:
    """What is wrong with it is nobody's business."""
    (tmp_path / "library.db").write_bytes(b"no database" * 1_000)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "library.db" not in answer.text
