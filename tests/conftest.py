"""What all tests share: hypothesis draws the same examples in every run."""

from __future__ import annotations

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.expectations", "tests.laws", "tests.scenario")
settings.register_profile("same-every-time", derandomize=True, database=None, deadline=None)
settings.load_profile("same-every-time")
