"""Groups of modules: formed under a size, pinned, and kept when the modules change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.workbench.bundle.trees import BOOKS, ROOMY, modules, tree
from workbench.bundle.bundling import bundle, new_groups
from workbench.bundle.groups import Files, Groups, formed, settled
from workbench.bundle.imports import BundleError
from workbench.bundle.tiers import Tier, check_limits


def chain(count: int, size: int, folder: str = "ledger") -> dict[str, str]:
    """Modules of a size in bytes, each of which imports the one before it."""
    found: dict[str, str] = {}
    for number in range(count):
        before = f"from models.{folder}.m{number - 1} import N{number - 1}\n" if number else ""
        text = f"{before}N{number} = 1\n"
        found[f"models/{folder}/m{number}.py"] = text + "#" * (size - len(text) - 1) + "\n"
    return found


def sizes(files: Files) -> list[int]:
    """How many modules each file holds."""
    return [len(names) for names in files.values()]


def test_as_few_files_as_fit() -> None:
    """Ten modules of 1,000 bytes with their headers go into three files of 5,500."""
    files = formed(modules(chain(10, 1_000)), 5_500)
    assert len(files) == 3
    assert sum(sizes(files)) == 10
    assert [*files] == ["models/ledger.py", "models/ledger_2.py", "models/ledger_3.py"]


def test_a_cut_is_at_the_end_of_a_folder() -> None:
    """Of two ways with as many files the one that keeps a folder together is taken."""
    sources = chain(3, 1_000, "events")
    sources["models/trades/log.py"] = "from models.events.m2 import N2\n" + "#" * 900 + "\n"
    sources["models/trades/record.py"] = "from models.trades.log import N2\n" + "#" * 900 + "\n"
    files = formed(modules(sources), 4_400)
    assert files == {
        "models/events.py": ("models.events.m0", "models.events.m1", "models.events.m2"),
        "models/trades.py": ("models.trades.log", "models.trades.record"),
    }


def test_public_modules_name_their_files() -> None:
    """What a user imports is found under the same name in every form, one name a file."""
    files = formed(modules(BOOKS), 100_000)
    assert "utils.tracking" in files["utils/tracking.py"]
    assert "utils.structured_logger" in files["utils/structured_logger.py"]


def test_a_module_too_large_by_itself_is_named() -> None:
    """No group can take it, so the error says which it is and how much would fit."""
    with pytest.raises(BundleError, match=r"models/ledger/m0.py does not fit into 500 bytes"):
        formed(modules(chain(1, 1_000)), 500)


def test_a_longer_module_moves_no_boundary() -> None:
    """Pinned groups stay though others would be formed now."""
    sources = chain(10, 1_000)
    pinned = formed(modules(sources), 5_000)
    longer = {**sources, "models/ledger/m1.py": sources["models/ledger/m1.py"] + "#" * 900 + "\n"}
    assert formed(modules(longer), 5_000) != pinned
    assert settled(modules(longer), pinned, ROOMY) == pinned


def test_a_new_module_joins_what_it_imports() -> None:
    """It goes to the file of the last of its imports, or the first of its users."""
    sources = {**chain(4, 1_000), "models/ledger/new.py": "from models.ledger.m2 import N2\n"}
    pinned: Files = {
        "models/a.py": ("models.ledger.m0", "models.ledger.m1"),
        "models/b.py": ("models.ledger.m2", "models.ledger.m3"),
    }
    assert "models.ledger.new" in settled(modules(sources), pinned, ROOMY)["models/b.py"]
    sources["models/ledger/new.py"] = "NEW = 1\n"
    sources["models/ledger/m1.py"] += "from models.ledger.new import NEW\n"
    assert "models.ledger.new" in settled(modules(sources), pinned, ROOMY)["models/a.py"]


def test_a_new_module_goes_where_it_fits() -> None:
    """Full files are passed over, and without any other a file of its own is made."""
    new = "from models.ledger.m3 import N3\nfrom models.ledger.m0 import N0\n" + "#" * 900 + "\n"
    sources = {**chain(4, 1_000), "models/extra/new.py": new}
    pinned: Files = {
        "models/a.py": ("models.ledger.m0", "models.ledger.m1"),
        "models/b.py": ("models.ledger.m2", "models.ledger.m3"),
    }
    full = settled(modules(sources), pinned, Tier("small", 24, 2_800))
    assert full["models/extra.py"] == ("models.extra.new",)


def test_a_new_module_makes_no_circle() -> None:
    """A file is passed over that would need itself through another."""
    sources = {
        **chain(2, 100),
        "models/ledger/new.py": "from models.ledger.m1 import N1\nNEW = N1\n",
        "models/ledger/user.py": "from models.ledger.new import NEW\n",
    }
    pinned: Files = {
        "models/a.py": ("models.ledger.m0", "models.ledger.user"),
        "models/b.py": ("models.ledger.m1",),
    }
    with pytest.raises(BundleError, match="would import each other"):
        settled(modules(sources), pinned, ROOMY)
    pinned["models/a.py"] = ("models.ledger.m0",)
    found = settled(modules(sources), pinned, ROOMY)
    assert "models.ledger.new" in found["models/b.py"]


def test_files_that_need_each_other_are_refused() -> None:
    """Groups may be pinned by hand; the error names the files on the way round."""
    pinned: Files = {
        "models/a.py": ("models.ledger.m0", "models.ledger.m2"),
        "models/b.py": ("models.ledger.m1",),
    }
    with pytest.raises(BundleError, match=r"models\.a -> models\.b -> models\.a"):
        settled(modules(chain(3, 100)), pinned, ROOMY)


def test_a_module_that_is_gone_is_left_out() -> None:
    """A pinned name without a module costs nothing, and an empty file is none."""
    pinned: Files = {"models/a.py": ("models.ledger.m0", "models.gone"), "models/b.py": ("gone",)}
    assert settled(modules(chain(1, 100)), pinned, ROOMY) == {"models/a.py": ("models.ledger.m0",)}


def test_sources_are_shortened_only_where_they_do_not_fit() -> None:
    """The same sources stay whole in one tier and are shortened in a smaller one."""
    sources = tree(BOOKS)
    prose = "    Words.\n" * 100
    sources["models/ledger/lots.py"] = sources["models/ledger/lots.py"].replace(
        b"    Attributes:\n", f"{prose}\n    Attributes:\n".encode()
    )
    assert not new_groups(sources, ROOMY).short
    small = Tier("small", 24, 1_200)
    groups = new_groups(sources, small)
    assert groups.short
    cut = bundle(sources, "main.py", small, groups)
    assert b"One lot." not in b"".join(cut.values())
    assert max(map(len, cut.values())) <= 1_200


def test_too_many_files_are_refused() -> None:
    """Sources that fit into no groups are said not to, rather than left out."""
    with pytest.raises(BundleError, match="do not fit into 5 files"):
        new_groups(tree(BOOKS), Tier("tiny", 5, 1_200))


def test_groups_survive_json() -> None:
    """The table of pins reads back as it was written."""
    groups = Groups(True, {"models/a.py": ("models.b", "models.c")})
    assert Groups.from_dict(groups.to_dict()) == groups


@pytest.mark.parametrize(("size", "fits"), [(960, True), (961, False)])
def test_the_last_part_of_a_file_is_kept_free(size: int, fits: bool) -> None:
    """A file in the last part of its size fails the export, and the way out is named."""
    tier = Tier("small", 2, 1_000)
    if fits:
        check_limits({"models/a.py": size}, tier)
        return
    with pytest.raises(BundleError, match=r"models/a.py \(961\).*python -m workbench.bundle"):
        check_limits({"models/a.py": size}, tier)


def test_the_number_of_files_is_limited() -> None:
    """As many files as a tier takes are exported, and one more is refused."""
    tier = Tier("small", 2, 1_000)
    check_limits({"a.py": 1, "b.py": 1}, tier)
    with pytest.raises(BundleError, match="3 files are too many: the small tier is given 2"):
        check_limits({"a.py": 1, "b.py": 1, "c.py": 1}, tier)
    check_limits(dict.fromkeys("abc", 10**9), replace(tier, files=3, size=None))
