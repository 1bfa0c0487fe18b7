"""Catalogs of some keys, for the tests of keys and catalogs."""

from __future__ import annotations

from utils.store.catalog import DAY_SECONDS, Catalog, ObjectRecord

NOON = 1_704_196_800.25  # 2024-01-02 12:00:00.250

TODAY = int(NOON) // DAY_SECONDS


def catalog(*keys: str, deployment: str = "now", live: bool = False, project: str = "7") -> Catalog:
    """A catalog of these keys of project 7, at noon; every object known."""
    made = Catalog([f"pt/7/{key}" for key in keys], project, deployment, live=live, now=NOON)
    for place in made.unknown:
        made.objects[place] = ObjectRecord(100, TODAY)
    made.unknown.clear()
    return made


def run(number: int, kind: str = "test", deployment: str = "x") -> str:
    """The root of a run that began in the year of that number."""
    return f"{2000 + number}0101000000000-{kind}-{deployment}"
