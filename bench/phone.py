"""A slow phone: the portal's pages as Lighthouse's mobile profile would load them.

Chromium is slowed down over its DevTools protocol: a processor four times slower than this one,
and a line of 1.6 Mbit/s with 150 ms to the server and back. Caches are cold, and files come
compressed, as static hosts send them. The limits are those of the Core Web Vitals that count as
good; total blocking time, from the first paint on as Lighthouse counts it, stands for the delay of
a tap.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench.builds import build
from bench.portal import make_desk
from bench.report import Table
from tests.portal.browser import ARGUMENTS, PACKED, QuietHandler, find_chromium

COUNT, LOADS = 2_000, 5
SLOWER = 4
_LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
_PHONE: dict[str, Any] = {
    "viewport": {"width": 412, "height": 823},
    "device_scale_factor": 1.75,
    "is_mobile": True,
    "has_touch": True,
}
_TASK = 50  # milliseconds of a task that nobody notices
_LIMITS = {"paint": 1_800, "largest": 2_500, "blocked": 200, "shift": 0.1}
_WATCH = """
window.seen = {paint: 0, largest: 0, shift: 0, tasks: []};
const watch = (type, each) => new PerformanceObserver((list) => list.getEntries().forEach(each))
    .observe({type, buffered: true});
watch('paint', (one) => {
    if (one.name === 'first-contentful-paint') seen.paint = one.startTime;
});
watch('largest-contentful-paint', (one) => { seen.largest = one.startTime; });
watch('longtask', (one) => { seen.tasks.push([one.startTime, one.startTime + one.duration]); });
watch('layout-shift', (one) => { if (!one.hadRecentInput) seen.shift += one.value; });
"""


class _Packing(QuietHandler):
    """Sends files compressed, as hosts of static sites do."""

    def do_GET(self) -> None:  # noqa: N802  # the name that the standard library calls
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if path.suffix not in PACKED or not path.is_file():
            super().do_GET()
            return
        data = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def _served(site: Path) -> Iterator[str]:
    handler = functools.partial(_Packing, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def _load(browser: Browser, url: str) -> dict[str, float]:
    """Load a page with cold caches; return what the browser saw, times in milliseconds."""
    context = browser.new_context(**_PHONE)
    context.add_init_script(_WATCH)
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.send("Network.emulateNetworkConditions", _LINE)
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(url, wait_until="networkidle")
    seen: dict[str, Any] = page.evaluate("window.seen")
    context.close()
    seen["blocked"] = sum(
        max(0, end - max(start, seen["paint"]) - _TASK) for start, end in seen.pop("tasks")
    )
    return seen


def main(count: int = COUNT) -> str:
    """Load every kind of page some times; return the table."""
    columns = ("page", "first paint", "largest paint", "blocked", "shift", "good")
    title = f"A slow phone, {count:,} tickets, median of {LOADS} loads with cold caches"
    table = Table(title, columns)
    chromium = find_chromium()
    if chromium is None:
        table.note("Chromium is not installed, so nothing was measured.")
        return str(table)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "desk")
        make_desk(root, count)
        build(root)
        pages = {
            "front page": "",
            "list": "requests/",
            "card": f"tickets/ACCREDO-{count // 2}/",
            "new request": "new/",
            "search": "search/?q=принтер",
        }
        with _served(root / "site") as base, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            for name, address in pages.items():
                loads = [_load(browser, base + address) for _ in range(LOADS)]
                seen = {key: statistics.median(one[key] for one in loads) for key in _LIMITS}
                good = all(seen[key] <= most for key, most in _LIMITS.items())
                times = (f"{seen[key]:,.0f} ms" for key in ("paint", "largest", "blocked"))
                table.add(name, *times, f"{seen['shift']:.3f}", "yes" if good else "no")
            browser.close()
    limits = ", ".join(f"{key} {most}" for key, most in _LIMITS.items())
    table.note(f"Good is, in milliseconds but for the shift: {limits}.")
    return str(table)


if __name__ == "__main__":
    print(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
