"""axe-core 4.14.1 (npm, MPL-2.0) on a page: what of WCAG 2.2 AA a program can check."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_STILL = """async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const ends = (one) => one.effect.getComputedTiming().endTime !== Infinity;
    await Promise.allSettled(document.getAnimations().filter(ends).map((one) => one.finished));
}"""  # half-way through a transition, a text is as pale as nobody ever reads it


@cache
def _source() -> str:
    return (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands, each with the elements it is about."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"() => {{ {_source()} }}")  # a policy binds the page, not who drives it
    page.evaluate(_STILL)
    found = page.evaluate(
        "(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})",
        _TAGS,
    )
    return [
        f"{one['id']}: {', '.join(str(node['target'][0]) for node in one['nodes'][:5])}"
        for one in found["violations"]
    ]
