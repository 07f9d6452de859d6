"""A decrypted card that is hostile through and through can't run, load, leave or dress up.

The cards here never saw the sanitiser of the build: as if it had failed, or the desk were evil.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.core.pages.make import ticket
from tests.portal.browser import Visit, visit
from tests.portal.hostile import large, singles
from tests.portal.members import BELOW, Member, Members, members_at, sign_in, unexpected
from tracker.core.accounts.bundles import Owner, bundle_file
from tracker.core.accounts.layout import bundle_path
from tracker.core.accounts.sealed import open_sealed
from tracker.core.pages.site import Desk

pytestmark = pytest.mark.servers

END = "<p>конец письма</p>"

STATE = """() => ({
    ran: window.ran,
    address: location.pathname,
    me: document.querySelectorAll('.tk-who').length,
    bars: document.querySelectorAll('.md-header').length,
    foreign: [...document.querySelectorAll('#tk *')].filter((one) =>
        one.id || one.getAttribute('style') || one.getAttribute('name')
        || one.namespaceURI !== 'http://www.w3.org/1999/xhtml'
        || /^(script|style|img|iframe|form|input|video|link|meta|object|base|template)$/
            .test(one.localName)
        || [...one.attributes].some(({ name }) => name.startsWith('on'))).length,
    links: [...document.querySelectorAll('#tk a[href]')]
        .filter((one) => !/^(https?|mailto):$/.test(one.protocol) || one.origin === location.origin)
        .length,
    pretends: document.querySelectorAll('#tk [class*="md-search"], #tk [class*=md-header]').length,
})"""


@pytest.fixture(scope="module")
def count() -> int:
    return len(singles()) + len(large())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, count: int) -> Iterator[tuple[Members, Member]]:
    """Ivan's bundle as somebody would seal it who has the secret and means ill."""
    with members_at(tmp_path_factory.mktemp("hostile")) as members:
        members.desk.put(ticket(1))
        ivan = members.join()
        members.publish()
        page = Desk.of(members.desk.open().settings)
        owner = Owner(ivan.record, members.desk.ring.current, "requester", page)
        (name,) = owner.names(1)
        path = members.desk.site / bundle_path(name)
        place = owner.place("bundle", bundle_path(name))
        bundle = json.loads(open_sealed(owner.key, place, path.read_bytes()))
        (real,) = bundle["tickets"]
        bundle["tickets"] = [
            real | {"id": f"ACCREDO-{n}", "number": n, "card": body + END, "title": body[:80]}
            for n, body in enumerate([*singles(), *large()], 1)
        ]
        path.unlink()  # the desk's own is a link to the same file
        path.write_bytes(bundle_file(owner, name, json.dumps(bundle)))
        yield members, ivan


@pytest.fixture(scope="module")
def site(world: tuple[Members, Member], chromium: str) -> Iterator[Visit]:
    with visit(world[0].www, chromium, BELOW) as one:
        yield one


def opened(site: Visit, ivan: Member, before: str = "") -> Page:
    page = site.open("404.html", width=820).context.new_page()
    page.on("request", lambda asked: site._asked(asked.url))
    page.on("console", lambda said: site._said(said.type, said.text))
    page.add_init_script(before or "0")
    page.goto(f"{site.base}requests/")
    sign_in(page, ivan.address, ivan.passphrase)
    expect(page.locator(".tk-table")).to_be_visible(timeout=15_000)
    return page


OLD = "delete Element.prototype.setHTML"


@pytest.mark.parametrize(
    "before", ["", pytest.param(OLD, marks=pytest.mark.soak)], ids=["new", "old"]
)
def test_no_hostile_card_runs_loads_or_leaves(
    site: Visit, world: tuple[Members, Member], count: int, before: str
) -> None:
    """In a browser that sanitises itself, and in one that does not."""
    site.faults.clear()
    page = opened(site, world[1], before)
    wrong: list[str] = []
    for number in range(1, count + 1):
        page.evaluate(
            """(id) => new Promise((done) => {
                addEventListener('hashchange', () => setTimeout(done), { once: true });
                location.hash = `#${id}`;
            })""",
            f"ACCREDO-{number}",
        )
        found: dict[str, Any] = page.evaluate(STATE)
        whole = {"ran": None, "address": f"/{BELOW}requests/", "me": 1, "bars": 1}
        right = whole | {"foreign": 0, "links": 0, "pretends": 0}
        wrong += [f"{number}: {key}: {found[key]}" for key in right if found[key] != right[key]]
    assert wrong == []
    # What the policy stopped is told in the console; nothing else may be.
    assert unexpected(site.faults, "Content Security Policy") == []


def test_hostile_titles_are_text_in_the_list(site: Visit, world: tuple[Members, Member]) -> None:
    site.faults.clear()
    page = opened(site, world[1])
    page.get_by_label("Искать").fill("script")
    assert page.locator("tbody :is(script, img, svg, iframe)").count() == 0
    assert page.evaluate("window.ran") is None
    assert site.faults == []


ATTEMPTS = {
    "inline script": (
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        " document.body.append(s)"
    ),
    "handler": "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.ran=1>')",
    "inner HTML": "document.body.innerHTML = '<b>x</b>'",
    "eval": "eval('window.ran = 1')",
    "function": "Function('window.ran = 1')()",
    "another policy": "trustedTypes.createPolicy('evil', { createHTML: (x) => x })",
    "a policy a second time": "trustedTypes.createPolicy('viewer', { createHTML: (x) => x })",
    "a worker": "new Worker('/desk/x.js')",
    "a script's address": "const s = document.createElement('script'); s.src = '/desk/x.js'",
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_the_policy_stops_what_a_script_of_the_page_might_do(
    site: Visit, world: tuple[Members, Member], attempt: str
) -> None:
    """Tried from a script that the site serves, for a driver may do what a page may not."""
    page = site.open("404.html").context.new_page()
    code = (
        "addEventListener('keydown', () => {\n"
        f"try {{ {attempt}; window.went = 'through'; }} catch (error) {{ window.went = 'no'; }}\n"
        "});\n"
    )
    (path,) = (world[0].www / BELOW / "assets" / "tracker").glob("viewer-*/palette.js")
    body = path.read_text("utf-8") + code
    page.route(
        "**/palette.js", lambda route: route.fulfill(content_type="text/javascript", body=body)
    )
    page.goto(f"{site.base}requests/")
    expect(page.get_by_role("button", name="Войти")).to_be_visible()
    page.keyboard.press("F9")
    assert page.evaluate("[window.went, window.ran]") == ["no", None]
