"""A browser on a built site: every foreign request, console error and policy breach is kept."""

from __future__ import annotations

import functools
import gzip
import http.server
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
).split()


PACKED = (".html", ".css", ".js", ".json", ".xml", ".svg")


NAMED = "TRACKER_TEST_CHROMIUM"
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome, None where there is none: the one that the
    environment names, or the first found. The build without windows needs half the processor.
    """
    names = filter(None, (os.environ.get(NAMED, ""), *_NAMES))
    return next(filter(None, map(shutil.which, names)), None)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Show the site's own page where one is missing, as hosts of static pages do."""
        page = next(Path(self.directory).rglob("404.html"), None) if code == 404 else None
        if page is None:
            super().send_error(code, message, explain)
            return
        data = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Visit:
    """Pages of one site in one browser."""

    def __init__(self, browser: Browser, base: str) -> None:
        self._browser = browser
        self.base = base
        self.origin = f"http://{urlsplit(base).netloc}/"
        self.faults: list[str] = []
        self.fetched: list[tuple[str, int]] = []
        self._contexts: list[BrowserContext] = []

    def open(
        self,
        address: str,
        width: int = 1280,
        scheme: str = "light",
        until: Any = "load",
        **more: Any,
    ) -> Page:
        """Open a page in a fresh context; ``until`` is the state to wait for.

        ``fetched`` is from then on what this page fetches: an earlier one may still be fetching.
        """
        fetched = self.fetched = []
        context = self._browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **more
        )
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: self._said(said.type, said.text))
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("request", lambda asked: self._asked(asked.url))
        page.on("response", lambda got: self._got(fetched, got))
        page.goto(self.base + address, wait_until=until)
        return page

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Close what is opened within: a page that is looked at no more still works."""
        kept = len(self._contexts)
        yield
        while len(self._contexts) > kept:
            self._contexts.pop().close()

    @contextmanager
    def beside(self, site: Path, below: str = "") -> Iterator[Visit]:
        """Serve another site to the same browser: one process drives one at a time."""
        with _served(site) as address:
            other = Visit(self._browser, address + below)
            with other.closing():
                yield other

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(f"console: {text}")

    def _asked(self, url: str) -> None:
        if not url.removeprefix("blob:").startswith((self.origin, "data:")):
            self.faults.append(f"foreign request: {url}")

    def _got(self, fetched: list[tuple[str, int]], response: Any) -> None:
        size = int(response.headers.get("content-length", 0))
        fetched.append((response.url.removeprefix(self.base), size))


def sizes(site: Path, fetched: Iterable[tuple[str, int]], *begun: str) -> tuple[int, int]:
    """Return the bytes of what was fetched, as it lies in ``site``, and packed as web servers do.

    Only addresses that begin with one of ``begun`` count, if any are given.
    """
    raw = packed = 0
    for address, _ in fetched:
        name = address.partition("?")[0]
        if begun and not name.startswith(begun):
            continue
        path = site / (name if name and not name.endswith("/") else f"{name}index.html")
        data = path.read_bytes()
        raw += len(data)
        packed += len(gzip.compress(data, 6)) if path.suffix in PACKED else len(data)
    return raw, packed


def looks(page: Page, *widths: int) -> Iterator[tuple[str, int]]:
    """Give a page that is open in light colours every width, then load it in dark ones and do so
    again; say (colours, width) each time.
    """
    page.emulate_media(reduced_motion="reduce")
    for scheme in ("light", "dark"):
        if scheme == "dark":
            page.emulate_media(color_scheme="dark")
            page.reload(wait_until="networkidle")
            page.wait_for_selector('body[data-md-color-scheme="slate"]')
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            yield scheme, width


@contextmanager
def visit(site: Path, chromium: str, below: str = "") -> Iterator[Visit]:
    """Serve ``site`` on loopback and give a browser to it. ``below`` is a base path to serve at."""
    with _served(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield Visit(browser, address + below)
        browser.close()


@contextmanager
def _served(site: Path) -> Iterator[str]:
    handler = functools.partial(QuietHandler, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
