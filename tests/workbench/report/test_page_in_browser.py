"""The page in a real browser: its charts, figures, brush, table, keys, looks and paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.trades.record import LOTS, POSITIONS, TradeRecord
from tests.workbench.report.browsers import Opened, opened
from tests.workbench.report.records import FORMULA, HOSTILE, SOURCES, recorded
from workbench.replay.saved_state import zone_named
from workbench.report.payload import strategies_of

DETAILS = "document.querySelectorAll('figure.chart details')"
CLOSE = 1e-10  # sums are added in another order here and there


@pytest.fixture(scope="module")
def year(chromium: Any, pages: dict[str, Path]) -> Iterator[Opened]:
    """A year of shorts and splits, opened once for the tests of this module."""
    with opened(chromium, pages["year"]) as page:
        yield page


@pytest.fixture(scope="module")
def options(chromium: Any, pages: dict[str, Path]) -> Iterator[Opened]:
    """A day of two strategies in options."""
    with opened(chromium, pages["options"]) as page:
        yield page


@pytest.fixture(autouse=True)
def _fresh(request: pytest.FixtureRequest) -> None:
    """Begin each test with everything in view."""
    for name in ("year", "options"):
        if name in request.fixturenames:
            request.getfixturevalue(name).ask("report.resetView()")


def near(left: float | None, right: float | None) -> bool:
    """Whether two figures are one, or both are not defined."""
    if left is None or right is None:
        return left is right
    return left == pytest.approx(right, rel=CLOSE, abs=1e-12)


def figures(page: Opened) -> dict[str, dict[str, Any]]:
    """The portfolio's figures as the page computed them."""
    found: dict[str, dict[str, Any]] = page.ask(
        "(() => { const { daily, ...found } = report.context.figures; return found; })()"
    )
    return found


def drag(page: Opened, first: float, last: float) -> None:
    """Brush the equity chart from one part of its width to another."""
    layer = page.page.locator("#chart-equity .layer")
    layer.scroll_into_view_if_needed()
    box = layer.bounding_box()
    height = box["y"] + box["height"] / 2
    page.page.mouse.move(box["x"] + box["width"] * first, height)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + box["width"] * last, height, steps=4)
    page.page.mouse.up()


@pytest.mark.parametrize("name", ["year", "options"])
def test_every_chart_draws(name: str, request: pytest.FixtureRequest) -> None:
    """Each chart of the page has a canvas with a size, a sentence, and no error anywhere."""
    page: Opened = request.getfixturevalue(name)
    page.ask("report.drawAll()")
    charts = page.ask(
        "[...document.querySelectorAll('figure.chart')].map((each) => ["
        "each.id, each.querySelector('[data-drawn]')?.clientHeight ?? 0,"
        "each.querySelector('figcaption').textContent])"
    )
    assert len(charts) >= 13
    assert [each for each in charts if each[1] < 100 or len(each[2]) < 20] == []
    assert (page.errors, page.requests) == ([], [])


def test_the_figures_of_the_whole_run_are_those_of_the_statistics(year: Opened) -> None:
    """What the page computes of all days and trades is what the statistics say."""
    known = recorded("splits-and-shorts").statistics["own"]
    found, trades = figures(year), year.ask("report.context.figuresOfTrades")
    assert [
        (name, found[name], figure)
        for name, figure in known["portfolio"].items()
        if not near(found[name]["value"], figure["value"]) or found[name]["n"] != figure["n"]
    ] == []
    for name, value in trades.items():
        expected = known["trades"]["all"][name]
        assert near(value, expected["average"] if isinstance(expected, dict) else expected), name


def test_the_figures_of_each_strategy_are_its_own(options: Opened) -> None:
    """With one strategy chosen the figures are those that the statistics have of it."""
    record = recorded("option-combos")
    for at, name in enumerate(strategies_of(record)):
        options.ask(f"report.resetView(); report.toggle({at})")
        found, known = figures(options), record.statistics["strategies"][name]
        assert all(
            near(found[key]["value"], each["value"]) for key, each in known["portfolio"].items()
        )
        made = options.ask("report.context.figuresOfTrades.net_pnl")
        assert near(made, known["trades"]["all"]["net_pnl"])


COLUMNS = ("entry", "exit", "quantity", "entry_price", "exit_price", "pnl", "fees", "mae", "mfe")


def told(trade: TradeRecord) -> tuple[float, ...]:
    """A trade's values in the order of `COLUMNS`."""
    times = (trade.entry_time.timestamp() * 1000.0, trade.exit_time.timestamp() * 1000.0)
    prices = (trade.entry_price, trade.exit_price)
    return (*times, trade.quantity, *prices, trade.pnl, trade.commission, trade.mae, trade.mfe)


@pytest.mark.parametrize("name", ["year", "options", "euro"])
@pytest.mark.parametrize("book", [LOTS, POSITIONS])
def test_every_trade_arrives_as_it_was(
    name: str, book: str, chromium: Any, pages: dict[str, Path]
) -> None:
    """Times, prices, P&L, fees and extremes of each trade are those of the record."""
    with opened(chromium, pages[name]) as page:
        found = page.ask(
            f"(({{ {book} }}) => {list(COLUMNS)}.map((name) => [...{book}[name]]))"
            "(report.run.tables)"
        )
    known = sorted(getattr(recorded(SOURCES[name]).told, book), key=lambda each: each.exit_time)
    assert len(known) == len(found[0])
    for row, trade in enumerate(known):
        for column, value in enumerate(told(trade)):
            assert found[column][row] == pytest.approx(value, rel=1e-12, abs=2e-8), COLUMNS[column]


def test_a_brush_computes_everything_again(year: Opened) -> None:
    """Figures, table, months and strategies are of the range; the hash says which it is."""
    before = year.ask("report.context.rows.length")
    drag(year, 0.3, 0.6)
    range_ = year.ask("report.view.range")
    record = recorded("splits-and-shorts")
    days = [day for day in record.told.days if not day.strategy]
    within = [day for day in days if range_[0] <= day.date.toordinal() <= range_[1]]
    grown = 1.0
    for day in within:
        grown *= 1.0 + day.daily_return
    found = figures(year)
    assert found["total_return"]["n"] == len(within)
    assert near(found["total_return"]["value"], grown - 1.0)
    assert 0 < year.ask("report.context.rows.length") < before
    assert year.ask("report.grid.rows.length") == year.ask("report.context.rows.length")
    assert year.ask("location.hash").startswith("#r=")
    assert "Figures are of the account" in year.texts("#choice")[0]


def test_a_brush_brings_intervals_from_the_worker(year: Opened) -> None:
    """The Sharpe ratio of the range lies within ends that the worker found."""
    whole = year.texts('[data-interval="account.sharpe"]')[0]
    drag(year, 0.1, 0.8)
    year.wait("report.sureness.answered === report.sureness.question")
    text = year.texts('[data-interval="account.sharpe"]')[0]
    low, high = (float(end.replace("\N{MINUS SIGN}", "-")) for end in text[1:-1].split(" .. "))
    assert low < figures(year)["sharpe"]["value"] < high
    assert text != whole
    assert "resamples in blocks of" in year.texts("#drawn")[0]


def test_the_workers_intervals_are_those_of_the_statistics(year: Opened) -> None:
    """For the whole run the worker comes to the blocks and ends of Python, up to its own draws."""
    known, block = year.ask("[report.run.intervals.account, report.run.drawn.block]")
    year.ask("report.sureness.send(report.context)")
    year.wait("report.sureness.answered === report.sureness.question")
    year.wait("document.getElementById('drawn').textContent.startsWith('2,000 ')")
    assert f"blocks of {block:.1f} days" in year.texts("#drawn")[0]
    for name in ("sharpe", "volatility", "cagr"):
        texts = year.texts(f'[data-interval="account.{name}"]')[0]
        words = texts[1:-1].replace(" %", "").replace("\N{MINUS SIGN}", "-").replace("+", "")
        scale = 1.0 if name == "sharpe" else 0.01
        found = [float(word) * scale for word in words.split(" .. ")]
        low, high = known[name]
        assert found == pytest.approx([low, high], abs=0.1 * (high - low)), name


def test_the_filter_keeps_what_it_asks_for(options: Opened) -> None:
    """Words, names and comparisons are all asked of each row; what is not understood is told."""
    lots = recorded("option-combos").told.lots
    field = options.page.locator("#filter")
    field.fill("strategy:condor pnl<0 side:long")
    expected = [
        each
        for each in lots
        if "condor" in each.strategy and each.pnl < 0 and each.direction == "long"
    ]
    assert options.ask("report.grid.rows.length") == len(expected) > 0
    assert options.ask("document.querySelectorAll('#grid-body .row').length") == len(expected)
    field.fill("nonsense:1")
    assert "not understood: nonsense:1" in options.texts("#count")[0]
    field.fill("")


def test_the_table_sorts_by_any_column(options: Opened) -> None:
    """A click on a heading sorts down, another one up; texts sort by their letters."""
    for heading, column in (("P&L net", "pnl"), ("symbol", "symbol")):
        for way in ("descending", "ascending"):
            options.page.locator("#grid-head button", has_text=heading).click()
            values = options.ask(
                f"[...report.grid.rows].map((row) => {{ const t = report.view.trades;"
                f"return t.texts.{column} ? t.texts.{column}[t.{column}[row]] : t.{column}[row] }})"
            )
            assert values == sorted(values, reverse=way == "descending")
            assert options.ask(f"document.querySelectorAll('[aria-sort={way}]').length") == 1


def test_the_export_is_what_is_shown(chromium: Any, pages: dict[str, Path]) -> None:
    """The CSV has the rows of the filter in their order, and no formula for a spreadsheet."""
    with opened(chromium, pages["hostile"], "#f=pnl%3C0&o=pnl") as page:
        with page.page.expect_download() as saved:
            page.page.locator("#csv").click()
        text = Path(saved.value.path()).read_text(encoding="utf-8")
    rows = [*csv.DictReader(io.StringIO(text))]
    lots = sorted(each.pnl for each in recorded("option-combos").told.lots if each.pnl < 0)
    assert [float(row["P&L_net"]) for row in rows] == pytest.approx(lots, abs=1e-7)
    assert {row["tag"] for row in rows} == {f"'{FORMULA}"}
    assert {row["symbol"] for row in rows} == {HOSTILE}


def test_hostile_texts_do_nothing(chromium: Any, pages: dict[str, Path]) -> None:
    """In the page, in its tables, tips and charts they are texts, and nothing of them runs."""
    with opened(chromium, pages["hostile"]) as page:
        page.ask("report.drawAll()")
        page.page.locator("#grid-body .row").first.click()
        page.page.locator("#chart-equity .layer").hover()
        assert page.ask("window.hurt ?? null") is None
        assert page.ask("document.images.length") == 0
        assert HOSTILE in page.ask("document.querySelector('#trade h3').textContent")
        assert HOSTILE in page.ask("document.querySelector('#chart-equity .tip').textContent")
        assert (page.errors, page.requests) == ([], [])


def test_a_row_opens_its_trade_on_the_chart(options: Opened) -> None:
    """The chart looks at the trade, its orders are listed, and the hash leads back to it."""
    row = options.page.locator("#grid-body .row").first
    row.click()
    trade = options.ask("report.view.trade")
    entry, exit_ = options.ask(
        "(({ trades, trade }) => ['entry', 'exit'].map((name) =>"
        "report.run.clock.local(trades[name][trade])))(report.view)"
    )
    start, end = options.ask(
        "[report.charts.get('equity').x.start, report.charts.get('equity').x.end]"
    )
    assert start < entry <= exit_ < end
    ids = options.ask(
        "[...document.querySelectorAll('#trade tbody tr')]"
        ".map((each) => Number(each.cells[0].textContent))"
    )
    listed = options.ask(
        f"(({{ trades: t }}) => [t.entry_order[{trade}], t.exit_order[{trade}]])(report.view)"
    )
    assert set(ids) == set(listed)
    assert f"t={trade}" in options.ask("location.hash")


def test_a_fill_finds_its_row(options: Opened) -> None:
    """A click near a fill on the chart opens a trade that it opened or closed."""
    time = options.ask("report.run.orderTimes[report.run.orderSizes.findIndex(Boolean)]")
    place = options.ask(
        "(({ charts }) => report.pointer.pixelOf(charts.find((each) =>"
        f"each.chart.host.closest('#chart-equity')), {time}))(report.pointer)"
    )
    layer = options.page.locator("#chart-equity .layer")
    layer.scroll_into_view_if_needed()
    layer.click(position={"x": place, "y": 40})
    assert options.ask("report.view.trade") is not None
    assert options.page.locator("#grid-body .chosen").count() == 1


def test_a_row_opens_the_price_around_its_trade(options: Opened) -> None:
    """The fills of its instrument are drawn, its own orders large; a click on one opens its row."""
    options.page.locator("#grid-body .row").last.click()
    options.wait("document.querySelector('#chart-price [data-drawn]') !== null")
    trade = options.ask("report.view.trade")
    own, sizes, start, end = options.ask(
        "(({ buys, sells }, { start, end }) => [report.view.trades.symbol.length,"
        " [...buys.data.size, ...sells.data.size], start, end])"
        "(report.charts.get('price').sources, report.charts.get('price').x)"
    )
    symbol = options.ask(f"report.view.trades.texts.symbol[report.view.trades.symbol[{trade}]]")
    entry, exit_ = (
        options.ask(f"report.run.clock.local(report.view.trades.{name}[{trade}])")
        for name in ("entry", "exit")
    )
    known = recorded("option-combos").told.orders
    fills = [each for each in known if each.symbol.strip() == symbol and each.filled]
    assert own > 0
    assert start < entry <= exit_ < end
    assert sizes.count(13) == 2
    assert 2 <= len(sizes) <= len(fills)
    canvas = options.page.locator("#chart-price .canvas")
    canvas.scroll_into_view_if_needed()
    left, width = options.ask(
        "(({ left, width }) => [left, width])(report.charts.get('price').frame())"
    )
    box = canvas.bounding_box()
    at = left + width * (entry - start) / (end - start)
    options.page.mouse.click(box["x"] + at, box["y"] + 100)
    opened_ = options.ask("report.view.trade")
    ids = options.ask(
        f"[report.view.trades.entry_order[{opened_}], report.view.trades.exit_order[{opened_}]]"
    )
    first = options.ask(f"report.view.trades.entry_order[{trade}]")
    assert first in ids
    assert options.page.locator("#grid-body .chosen").count() == 1


def test_a_brush_draws_all_fills_of_its_range(year: Opened) -> None:
    """The sentence says how many, and how many there would be; the marks are as many."""
    drag(year, 0.2, 0.7)
    year.wait(
        "/All [\\d,]+ fills of the range/.test("
        "document.querySelector('#chart-equity figcaption').textContent)"
    )
    said = year.texts("#chart-equity figcaption")[0]
    low, high = year.ask("report.view.range")
    orders = [each for each in recorded("splits-and-shorts").told.orders if each.filled]
    zone = zone_named(recorded("splits-and-shorts").zone)
    within = [each for each in orders if low <= each.updated.astimezone(zone).toordinal() <= high]
    drawn = year.ask(
        "['buys', 'sells'].reduce((n, name) =>"
        " n + report.charts.get('equity').sources[name].data.x.length, 0)"
    )
    assert drawn == len(within) > 0
    assert f"All {len(within):,} fills of the range are drawn." in said


@pytest.mark.parametrize("chosen", [None, 0])
def test_the_steps_of_a_range_add_up_to_its_change(options: Opened, chosen: int | None) -> None:
    """Realized, fees, what is open and flows are what the equity of the range moved by."""
    options.ask("report.drawAll()")
    if chosen is not None:
        options.ask(f"report.toggle({chosen})")
    options.ask("report.view.set({ range: [report.run.days[0], report.run.days[0]] }, 'brushed')")
    steps, made, realized = options.ask(
        "(({ context: c }) => [c.steps, c.money.end - c.money.begin,"
        " c.figuresOfTrades.net_pnl + c.figuresOfTrades.fees])(report)"
    )
    assert steps[-1] == ["change of equity", pytest.approx(made), True]
    assert sum(value for _, value, whole in steps if not whole) == pytest.approx(made)
    assert {name: value for name, value, _ in steps}["realized"] == pytest.approx(realized)


def test_the_chance_to_be_best_is_of_the_range(options: Opened, chromium: Any) -> None:
    """Its parts are one, and the worker draws them for the range; then the whole run's are back."""
    before = options.texts("[data-best]")
    assert sum(float(text.removesuffix(" %")) for text in before) == pytest.approx(100, abs=0.1)
    best = options.ask(
        "(() => { const made = new Worker(URL.createObjectURL(new Blob([report.run.worker])));"
        " const good = Float64Array.from({ length: 60 }, (_, at) => 0.01 + 0.001 * (at % 7));"
        " const bad = good.map((value) => 0.002 * (value > 0.013) - 0.001);"
        " const series = [good, bad, good].map((returns) => ({ returns }));"
        " const scale = { year: 252, years: 0.2, rate: 0, seed: 1, level: 0.95, resamples: 200 };"
        " const benchmark = new Float64Array(60).fill(NaN);"
        " made.postMessage({ question: 1, series, benchmark, ...scale });"
        " return new Promise((done) => { made.onmessage = ({ data }) => done(data.best); }); })()"
    )
    assert best == [0.0, 1.0]


def test_keys_do_what_they_say(options: Opened) -> None:
    """Each key of the help has its effect, and none of them while one types."""
    press = options.page.keyboard.press
    options.ask("document.activeElement.blur()")
    press("2")
    assert options.ask("report.view.chosen") == [False, True]
    press("z")
    assert options.ask("report.view.chosen") == [True, True]
    press("j")
    first = options.ask("report.view.trade")
    press("j")
    assert options.ask("report.view.trade") != first
    press("k")
    assert options.ask("report.view.trade") == first
    press("b")
    assert options.ask("report.view.book") == "positions"
    press("d")
    dark = options.ask("document.documentElement.classList.contains('dark')")
    press("d")
    assert dark != options.ask("document.documentElement.classList.contains('dark')")
    press("?")
    assert options.ask("document.getElementById('keys').open")
    press("Escape")
    press("/")
    assert options.ask("document.activeElement.id") == "filter"
    press("b")
    assert options.ask("[report.view.book, report.view.filter]") == ["positions", "b"]
    press("Escape")
    options.ask("window.print = () => (window.printed = true)")
    press("p")
    options.wait("window.printed === true")


def test_the_hash_brings_the_view_back(chromium: Any, pages: dict[str, Path]) -> None:
    """A link shows the range, the strategies, the book, the filter and the order it was made of."""
    words = "#r=2015-12-24..2015-12-24&s=condor&b=positions&f=side%3Ashort&o=-pnl&log=1&gross=1"
    with opened(chromium, pages["options"], words) as page:
        view = page.ask(
            "(({ range, chosen, book, filter, sort, log, net }) =>"
            "({ range, chosen, book, filter, sort, log, net }))(report.view)"
        )
        condor = page.ask("report.run.strategies.indexOf('condor')")
    assert view["range"][0] == view["range"][1] == 735956
    assert view["chosen"] == [at == condor for at in range(2)]
    assert (view["book"], view["filter"], view["sort"]) == ("positions", "side:short", ["pnl", -1])
    assert (view["log"], view["net"]) == (True, False)


@pytest.mark.parametrize("words", ["#r=9999-99-99..x&s=%00&t=-1&o=nothing&b=x", "#%%%", "#t=1e99"])
def test_a_spoilt_hash_shows_everything(chromium: Any, pages: dict[str, Path], words: str) -> None:
    """What a link says that makes no sense is not followed, and nothing breaks."""
    with opened(chromium, pages["options"], words) as page:
        assert page.ask("report.context.rows.length") == len(recorded("option-combos").told.lots)
        assert page.errors == []


def test_a_figure_opens_its_definition(year: Opened) -> None:
    """Its formula, its n, its label and its page are told; Escape closes it."""
    year.page.locator('.card [data-def="own.sharpe"]').click()
    note = year.texts("#note")[0]
    n = recorded("splits-and-shorts").statistics["own"]["portfolio"]["sharpe"]["n"]
    assert "mean(x) / std(x) sqrt(N)" in note
    assert f"n = {n:,}" in note
    assert "exact" in note
    year.page.keyboard.press("Escape")
    assert year.page.locator("#note").is_hidden()


def test_the_rows_behind_a_figure_are_shown(year: Opened) -> None:
    """The wins of the table are as many as the figure says."""
    year.page.locator('[data-def="trades.wins"]').click()
    year.page.locator("#note .rows").click()
    assert year.ask("report.grid.rows.length") == year.ask("report.context.figuresOfTrades.wins")


def test_every_chart_is_a_table_too(year: Opened) -> None:
    """Opened, each shows rows, and they are of the range after a brush."""
    year.ask("report.drawAll()")
    year.ask(f"{DETAILS}.forEach((each) => (each.open = true))")
    year.wait(f"[...{DETAILS}].every((each) => each.querySelector('th'))")
    rows = "document.querySelectorAll('#chart-equity tbody tr').length"
    before = year.ask(rows)
    year.ask("scrollTo(0, 0)")
    drag(year, 0.4, 0.6)
    year.wait(f"{rows} < {before}")
    year.ask(f"{DETAILS}.forEach((each) => (each.open = false))")


def test_dark_follows_the_system(chromium: Any, pages: dict[str, Path]) -> None:
    """A reader whose system is dark gets a dark page with light ink."""
    with opened(chromium, pages["options"], color_scheme="dark") as page:
        assert page.ask("document.documentElement.classList.contains('dark')")
        ground, ink = page.ask(
            "['backgroundColor', 'color'].map((name) => getComputedStyle(document.body)[name])"
        )
    assert sum(map(int, ground[4:-1].split(","))) < 150 < sum(map(int, ink[4:-1].split(",")))


def test_without_its_program_the_page_is_there(chromium: Any, pages: dict[str, Path]) -> None:
    """Verdict, ledger and tables are shown; what needs the program is not."""
    with opened(chromium, pages["options"], java_script_enabled=False) as page:
        assert page.page.locator("#section-verdict .lead").is_visible()
        assert page.page.locator(".law").is_visible()
        assert page.page.locator(".static-trades table").first.is_visible()
        assert page.page.locator("#grid").is_hidden()
        assert page.page.locator("nav.tools").is_hidden()


def test_on_paper_charts_are_drawings_and_trades_few(chromium: Any, pages: dict[str, Path]) -> None:
    """Each chart is an SVG, the table is that of the worst and best, the controls are gone."""
    with opened(chromium, pages["options"], "?print") as page:
        page.wait("document.documentElement.dataset.printable === 'true'")
        page.page.emulate_media(media="print")
        charts = page.page.locator("figure.chart").count()
        assert page.page.locator("figure.chart .drawing svg").count() == charts
        assert page.page.locator(".drawing svg").first.is_visible()
        assert page.page.locator(".static-trades table").first.is_visible()
        assert page.page.locator("#grid").is_hidden()
        assert page.page.locator("nav.tools").is_hidden()


def test_nobody_is_kept_out(chromium: Any, pages: dict[str, Path]) -> None:
    """axe finds nothing serious, with a trade and a definition open; nor do dark colours fade."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not there")
    with opened(chromium, pages["options"], bypass_csp=True, reduced_motion="reduce") as page:
        page.page.locator("#grid-body .row").first.click()
        page.page.locator('.card [data-def="own.sharpe"]').click()
        found = axe.Axe().run(page.page).response["violations"]
        page.ask("report.toggleDark()")
        only = {"runOnly": ["color-contrast"]}
        found += axe.Axe().run(page.page, options=only).response["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in serious] == []


def test_an_invalid_language_of_the_browser_is_no_harm(
    chromium: Any, pages: dict[str, Path]
) -> None:
    """Where the browser says that its language is nonsense, the page draws all the same."""
    context = chromium.new_context()
    context.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'language',"
        "{ get: () => 'C.UTF-8@x', configurable: true })"
    )
    page = context.new_page()
    page.goto(pages["options"].as_uri())
    page.wait_for_selector("html.ready", state="attached", timeout=60_000)
    assert page.evaluate("navigator.language") == "en-US"
    context.close()
