"""What a person waits for in a real browser: from the click, the key or the reload until what was asked for is there.

The clock is the page's own. A click is timed from the moment that the browser hears it; what is waited for is looked at in
every frame that is drawn."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import hands
from tests.conftest import CHROMIUM

PATIENCE = 20_000  # milliseconds

_ROWS = "[...document.querySelectorAll('table.rows td')].map(each => each.textContent).join('|')"
_CALM = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
_ARM = """([event, there]) => {
    const ready = new Function(`return (${there})`)
    window.__took = null
    window.addEventListener(event, () => {
        const began = performance.now()
        const look = () => ready() ? (window.__took = performance.now() - began) : requestAnimationFrame(look)
        requestAnimationFrame(look)
    }, {capture: true, once: true})
}"""


@dataclass
class Person:
    """A browser window of somebody who is signed in."""

    page: Page

    def open(self, path: str, there: str) -> float:
        """A reload, or a first visit: milliseconds from asking for the address; `there` is JavaScript."""
        self.page.goto(path, wait_until="commit")
        return self._since_navigation(there)

    def _since_navigation(self, there: str) -> float:
        handle = self.page.wait_for_function(f"(({there}) ? performance.now() : 0)", polling="raf", timeout=PATIENCE)
        return float(handle.json_value())

    def timed(self, event: str, act: Callable[[], Any], there: str) -> float:
        """Milliseconds from `event` (which `act` makes) until `there`."""
        self.page.evaluate(_ARM, [event, there])
        act()
        handle = self.page.wait_for_function("window.__took", polling=10, timeout=PATIENCE)
        return float(handle.json_value())

    def rows(self) -> str:
        return str(self.page.evaluate(_ROWS))

    def calm(self) -> None:
        self.page.wait_for_function(_CALM, timeout=PATIENCE)
        self.page.wait_for_timeout(150)

    def other_rows(self) -> str:
        """For `there`: rows stand there, and not those that stand there now."""
        return f"({_ROWS}).length > 0 && {_ROWS} !== {json.dumps(self.rows())}"


ROWS_THERE = f"({_ROWS}).length > 0"


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@contextmanager
def window(chromium: Browser, url: str, token: str = "") -> Iterator[Person]:
    context = chromium.new_context(locale="nl-NL", viewport={"width": 1280, "height": 900}, base_url=url, bypass_csp=True)
    if token:
        context.add_cookies([{"name": "weerklank", "value": token, "url": url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield Person(page)
    context.close()


def bare(chromium: Browser, url: str, times: int) -> float:
    there = "document.body?.innerText.includes('Een regel')"
    with window(chromium, url) as person:
        person.open("/", there)
        return statistics.median(person.open("/", there) for _ in range(times))


def measured(chromium: Browser, url: str, token: str, times: int) -> dict[str, float]:
    """Milliseconds by what somebody does: the median of so many times, after once for warming up."""
    found: dict[str, list[float]] = {}
    with window(chromium, url, token) as person:
        for number in range(times + 1):
            for what, act in ACTS.items():
                took = act(person, number)
                person.calm()
                if number:
                    found.setdefault(what, []).append(took)
    return {what: statistics.median(each) for what, each in found.items()}


# What a person does, in this order; each leaves the screen where the next one needs it


def _reload(person: Person, _number: int) -> float:
    return person.open("/board", ROWS_THERE)


def _choose(person: Person, label: str, option: str) -> float:
    person.page.get_by_role("combobox", name=label).click()
    wanted = person.page.get_by_role("option", name=option, exact=True)
    wanted.wait_for()
    return person.timed("click", wanted.click, person.other_rows())


def _filter(person: Person, _number: int) -> float:
    return _choose(person, "Status", "Afgesloten")


def _turn(person: Person, _number: int) -> float:
    button = person.page.get_by_role("button", name="Volgende", exact=True)
    return person.timed("click", button.click, person.other_rows())


def _sort(person: Person, _number: int) -> float:
    person.page.get_by_role("button", name="Meer").click()
    took = _choose(person, "Volgorde", "Op nummer")
    person.page.keyboard.press("Escape")
    return took


def _search(person: Person, number: int) -> float:
    person.page.goto("/search")
    field = person.page.get_by_label("Wat zoekt u?", exact=True)
    field.wait_for()
    person.calm()
    field.fill(("woord90 woord9", "woord900")[number % 2])
    return person.timed(
        "keydown", lambda: field.press("Enter"), "document.querySelectorAll('[data-testid=stPageLink]').length > 1"
    )


def _open(person: Person, _number: int) -> float:
    person.open("/board", ROWS_THERE)
    person.calm()
    row = person.page.locator("table.rows tbody tr").nth(3)
    reference = row.get_by_role("button").inner_text()
    there = f"document.querySelector('h1, h2')?.textContent.includes('{reference}')"
    return person.timed("click", row.click, there)


def _note(person: Person, number: int) -> float:
    """On the dossier that was opened."""
    page = person.page
    hands.open_step(page, "Leg contact of een notitie vast")
    hands.write(page, "Wat is er gebeurd of gezegd?", f"Gebeld, keer {number}.")
    page.keyboard.press("Tab")
    person.calm()
    button = page.get_by_role("button", name="Opslaan", exact=True)
    return person.timed("click", button.click, "document.querySelector('[data-testid=stAlertContentSuccess]')")


def _create(person: Person, _number: int) -> float:
    page = person.page
    page.goto("/intake")
    hands.phone_remark(page)
    button = page.get_by_role("button", name="Registreren")
    there = "[...document.querySelectorAll('h1, h2')].some(each => each.textContent.includes('Geregistreerd'))"
    return person.timed("click", button.click, there)


_CHARTS = "document.querySelectorAll('[data-testid=stVegaLiteChart] svg, [data-testid=stVegaLiteChart] canvas').length"


def _overview(person: Person, _number: int) -> float:
    """From the menu to the first chart; then to the last one."""
    person.open("/board", ROWS_THERE)
    person.calm()
    link = person.page.get_by_role("link", name="Jaaroverzicht")
    return person.timed("click", link.click, f"{_CHARTS} > 0 && {_CALM}")


ACTS: dict[str, Callable[[Person, int], float]] = {
    "board, reload": _reload,
    "board, filter": _filter,
    "board, next page": _turn,
    "board, sort": _sort,
    "search": _search,
    "open a dossier": _open,
    "save a note": _note,
    "register a complaint": _create,
    "yearly overview": _overview,
}
