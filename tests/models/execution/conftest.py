"""What the tests of execution quality share."""

from __future__ import annotations

import pytest

from tests.models.execution.desk import (
    Desk,
)


@pytest.fixture
def desk() -> Desk:
    """A desk without an order."""
    return Desk()
