"""Any values that a user might log, as strategies of Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from models.events.orders import OrderType
from utils.log.events import Sink


class Stubborn:
    """An object that fails when it is asked for its text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


KEYS = st.text(max_size=12)

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(codec=None)),
    st.decimals(),
    st.datetimes(),
    st.sampled_from([Stubborn(), b"bytes", 10**200, OrderType.LIMIT, Sink.LOG, 1j, object]),
)

VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(KEYS, st.integers(), st.none()), inner, max_size=4),
        st.tuples(inner, inner),
    ),
    max_leaves=12,
)

FIELDS = st.dictionaries(KEYS, VALUES, max_size=6)

EVENT_NAMES = st.text(st.characters(codec=None), min_size=1, max_size=300)
