"""The columns of the table of structures."""

from __future__ import annotations

from workbench.frames.columns import FRACTION, MONEY, PRICE, Column, Kind

TEXT, NUMBER, WHOLE, FLAG, TIME, _ = Kind

STRUCTURE_COLUMNS = (
    Column("structure_id", TEXT, "Its id, in the order of opening."),
    Column("name", TEXT, "Its shape, as `iron condor` or `covered call`."),
    Column("side", TEXT, "`credit` where its opening brought cash, else `debit`."),
    Column("strategy", TEXT, "The strategy."),
    Column("symbol", TEXT, "The underlying's ticker."),
    Column("underlying", TEXT, "The underlying's Symbol ID."),
    Column(
        "leg_count",
        WHOLE,
        "How many legs it had; `structures.jsonl` has each.",
        read=lambda each: len(each.legs),
    ),
    Column("opened", TIME, "Its first entry.", "UTC"),
    Column("closed", TIME, "Its last exit; missing while something is open.", "UTC"),
    Column("days", NUMBER, "How long it was held.", "days"),
    Column("quantity", NUMBER, "How many of the shape.", "contracts"),
    Column("multiplier", NUMBER, "Units of the underlying in a contract."),
    Column("entry_price", NUMBER, "Net price of one at entry.", PRICE),
    Column("exit_price", NUMBER, "Net price of one at exit; missing while it is open.", PRICE),
    Column("net_entry", NUMBER, "Cash that opening brought, negative when paid.", MONEY),
    Column("net_exit", NUMBER, "Cash that closing brought, with what was delivered.", MONEY),
    Column("gross_pnl", NUMBER, "P&L before fees; of an open one at the last mark.", MONEY),
    Column("fees", NUMBER, "Fees of all fills, positive when paid.", MONEY),
    Column("net_pnl", NUMBER, "P&L net of fees.", MONEY),
    Column("mae", NUMBER, "The worst P&L before fees of the whole, at most 0.", MONEY),
    Column("mfe", NUMBER, "The best P&L before fees of the whole, at least 0.", MONEY),
    Column("max_risk", NUMBER, "The most it can lose; missing without a bound.", MONEY),
    Column("max_profit", NUMBER, "The most it can make; missing without a bound.", MONEY),
    Column("kept", NUMBER, "`gross_pnl` of the most it can make.", FRACTION),
    Column("exit_reason", TEXT, "What closed the last of it."),
    Column("group", TEXT, "The group's name, or the combo's number as `#7`."),
    Column("chain", TEXT, "The first structure of its chain of rolls."),
    Column("rolled_from", TEXT, "The structure that it was rolled from."),
    Column("chain_pnl", NUMBER, "Net P&L of the chain up to it.", MONEY),
    Column("rolls", WHOLE, "How often a part of it was rolled while the rest stayed."),
    Column("seeded", FLAG, "Whether it was opened before the tracker came, or outside."),
)
