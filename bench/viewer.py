"""The viewer of a private portal: a bundle over the wire, and signing in, in a real browser.

The tickets are made of the catalogues' sentences, each once as far as they go: words drawn at
random from a short list would pack too well.
"""

from __future__ import annotations

import functools
import http.server
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from babel.messages.pofile import read_po
from playwright.sync_api import sync_playwright

import tracker
from bench.portal import SETTINGS, make_ticket
from bench.report import Table
from tests.portal.browser import find_chromium
from tracker.core.accounts.keys import Master, passphrase
from tracker.core.accounts.records import read_record
from tracker.core.addresses import Address
from tracker.core.document import render
from tracker.core.ticket import Ticket, ticket_path

TICKETS = 20
BYTES = 1_900
ADDRESS = "ivan@example.org"
SECRET = "bench " * 6
_LOCALE = Path(tracker.__file__).parent / "locale" / "ru" / "LC_MESSAGES"
_TEMPLATES = Path(tracker.__file__).parent / "portal" / "templates"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def sentences() -> Iterator[str]:
    """Yield real sentences in Russian, without end."""
    found = []
    for name in ("tracker", "portal"):
        with (_LOCALE / f"{name}.po").open("rb") as file:
            found += [str(one.string) for one in read_po(file) if one.id and len(one.string) > 20]
    rng = random.Random(5)
    while True:
        rng.shuffle(found)
        yield from found


def tickets() -> list[Ticket]:
    """Return tickets whose files have about ``BYTES``."""
    rng, told = random.Random(3), sentences()
    made = []
    for number in range(1, TICKETS + 1):
        one = make_ticket(number, rng)
        entries = [replace(entry, text="", quoted="") for entry in one.entries]
        one = replace(one, title=next(told)[:60], requester=Address("Иван", ADDRESS))
        said = [at for at, entry in enumerate(entries) if entry.kind == "message"]
        while len(render(replace(one, entries=tuple(entries)), "ru").encode()) < BYTES - 60:
            at = rng.choice(said)
            entries[at] = replace(entries[at], text=f"{entries[at].text}{next(told)}\n".lstrip())
        made.append(replace(one, entries=tuple(entries)))
    return made


def make_site(root: Path) -> tuple[int, str]:
    """Build a private desk's site in ``root/site``; return the bytes of its tickets and the
    passphrase of the one account.
    """
    shutil.copytree(_TEMPLATES / "docs.ru", root / "docs")
    shutil.copy(_TEMPLATES / "desk-mkdocs.yml", root / "mkdocs.yml")
    (root / "tracker.toml").write_text(SETTINGS.replace('"public"', '"private"'), "utf-8")
    size = 0
    for one in tickets():
        path = root / ticket_path("ACCREDO", one.number)
        path.parent.mkdir(parents=True, exist_ok=True)
        size += path.write_bytes(render(one, "ru").encode())
    surroundings = {**os.environ, "TRACKER_SECRET": SECRET, "PYTHONPATH": str(Path.cwd())}
    run = functools.partial(
        subprocess.run, cwd=root, env=surroundings, check=True, stdout=subprocess.DEVNULL
    )
    run(["git", "init", "-q", "-b", "main"])
    run(["git", "add", "-A"])
    run(["git", "commit", "-q", "-m", "Bench"])
    command = [sys.executable, "-m", "tracker"]
    run([*command, "account", "invite", ADDRESS])
    run([*command, "build"], stderr=subprocess.DEVNULL)
    (path,) = (root / "accounts").rglob("*.json")
    record = read_record(path.read_bytes(), path.relative_to(root).as_posix())
    return size, passphrase(Master(SECRET).account_key(record.account, record.epoch))


def sign_in(site: Path, password: str, times: int = 7) -> tuple[list[float], int]:
    """Sign in ``times`` in fresh profiles; return the seconds from the press to the list, and the
    bytes that the page loads before.
    """
    handler = functools.partial(_Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    executable = find_chromium()
    seconds, loaded = [], 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        for _ in range(times):
            page = browser.new_context().new_page()
            got: list[int] = []
            page.on("response", lambda one: got.append(int(one.headers["content-length"])))  # noqa: B023
            page.goto(f"http://127.0.0.1:{server.server_port}/requests/")
            page.locator("input[type=email]").fill(ADDRESS)
            page.locator("input[type=password]").fill(password)
            loaded = sum(got)
            begun = page.evaluate("performance.now()")
            page.locator("form .md-button--primary").click()
            page.locator(".tk-table").wait_for()
            seconds.append((page.evaluate("performance.now()") - begun) / 1000)
        browser.close()
    server.shutdown()
    server.server_close()
    return seconds, loaded


def main() -> Table:
    """Measure both."""
    table = Table("The viewer of a private portal", ("what", "measured", "bound"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        size, password = make_site(root)
        (bundle,) = (root / "site" / "private" / "b").iterdir()
        seconds, loaded = sign_in(root / "site", password)
        table.add(f"{TICKETS} tickets in Git", f"{size / 1000:.1f} KB", "")
        table.add("their bundle over the wire", f"{bundle.stat().st_size / 1000:.1f} KB", "12 KB")
        table.add("sign-in, median of 7", f"{statistics.median(seconds):.2f} s", "3 s")
        table.add("sign-in, worst of 7", f"{max(seconds):.2f} s", "3 s")
        table.add("the page before it, not compressed", f"{loaded / 1000:.0f} KB", "")
    return table


if __name__ == "__main__":
    print(main())
