"""What is kept of a run: the record that comes out is the one that was put in."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tests.workbench.library.records import record, recorded, rows
from workbench.frames.told import Told
from workbench.library.block import unpack
from workbench.library.contents import BLOCKS, packed, unpacked
from workbench.library.document import document_of, record_of_document


@pytest.mark.parametrize("name", ["option-combos", "live-paper", "covered-calls"])
def test_a_recorded_run_comes_back_whole(name: str) -> None:
    """Every row, every figure and every label of a recording is the same after being kept."""
    run = recorded(name)
    back = record_of_document(document_of(run), unpacked(packed(run.told)))
    assert back == run
    assert [type(each) for each in back.told.lots] == [type(each) for each in run.told.lots]


def test_every_part_of_what_is_told_is_in_a_block() -> None:
    """No table is forgotten, and none is in two blocks."""
    tables = [name for layouts in BLOCKS.values() for name in layouts]
    assert sorted(tables) == sorted(
        each.name for each in fields(Told) if each.name not in ("name", "currency", "problems")
    )


def test_a_run_without_rows_comes_back() -> None:
    """Nothing is as good a table as any."""
    nothing = {name: () for layouts in BLOCKS.values() for name in layouts}
    run = record(told=Told("empty", "USD", **nothing))
    back = record_of_document(document_of(run), unpacked(packed(run.told)))
    assert [name for name in nothing if getattr(back.told, name)] == []


def test_the_block_of_trades_has_columns_by_name() -> None:
    """Whoever reads the block elsewhere finds the fields of the records."""
    tables = unpack(packed(rows(3))["trades"])
    assert tables["lots"]["pnl"].listed() == [9.0, 9.0, 9.0]
    assert tables["lots"]["order_ids.1"].listed() == [1, 2, 3]
    assert tables["lots"]["pnl_pct"].listed() == [None, None, None]


def test_blocks_are_small() -> None:
    """Of a recording with hundreds of marks a row takes a few bytes."""
    run = recorded("option-combos")
    counted = sum(len(getattr(run.told, name)) for name in BLOCKS["trades"])
    assert len(packed(run.told)["trades"]) < 15 * counted
