"""Cutting the theme's rendered page in two: what every page repeats, and where a page's own goes.

The template ``tracker-shell.html`` of this package marks the places with comments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from tracker.core.errors import TrackerError
from tracker.core.pages.viewer import Looks

PAGE = "tracker-shell/index.html"
"""The rendered page, below the folder the generator writes to. It is not published."""

WORKER = "assets/javascripts/workers/tracker.js"
"""The search worker that wraps the theme's own. It lies beside it, for its relative links."""

_ASSETS = Path(__file__).parent / "assets"
_ORIGIN = "https://portal.invalid/"
_HERE = f"{_ORIGIN}tracker-shell/"
_LINK = re.compile(r"(?P<name>\b(?:href|src))=\"(?P<value>[^\"]*)\"")
_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<link rel=\"stylesheet\" href=\"([^\"]+)\"")
_ICON = re.compile(r"<link rel=\"icon\" href=\"([^\"]+)\"")
_LOGO = re.compile(r"<a\b[^>]*\bclass=\"md-header__button md-logo\"[^>]*>.*?</a>", re.DOTALL)
_URL = re.compile(r"url\((?P<quote>[\"']?)(?P<value>[^)\"']+)")
_SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=[^*]*\*/")
_SOURCE = re.compile(r"\ssrc=\"([^\"]+)\"")
_BODY = re.compile(r"<body(?P<attributes>[^>]*)>")
_ATTRIBUTE = re.compile(r"([\w-]+)=\"([^\"]*)\"")
_SCOPE = re.compile(r"new URL\(\"[^\"]*\",location\)")
_CONFIG = re.compile(r"<script id=\"__config\"[^>]*>(?P<data>.*?)</script>", re.DOTALL)


@dataclass(frozen=True)
class Chrome:
    """What was cut out: the theme's style sheets in order, the shared script, the search worker."""

    styles: tuple[str, ...]
    script: str
    worker: str


def read_looks(page: str) -> Looks:
    """Return what pages without the theme's scripts take from the rendered page ``page``."""
    body = _BODY.search(page)
    if body is None:
        raise _changed("body")
    head, icon, logo = page[: body.start()], _ICON.search(page), _LOGO.search(page)
    return Looks(
        tuple(_rooted(one) for one in _STYLE.findall(head)),
        _rooted(icon[1]) if icon else "",
        tuple(_ATTRIBUTE.findall(body["attributes"])),
        _portable(logo[0]) if logo else "",
    )


def read_chrome(
    page: str,
    name: str = "",
    links: str = "",
    edit: tuple[str, str] = ("", ""),
    came: str = "",
) -> Chrome:
    """Cut the rendered page ``page``. Raises TrackerError where a mark is missing.

    ``name`` is what stands at the end of every page's title, ``links`` are ``<link>`` elements
    for every page, with ``%ROOT%`` for the way to the portal's root. ``edit`` is where ticket
    files are edited, and what a link there says, ``came`` what a card says to whom an old number
    led there. All that stands in the shared script, since a
    hundred thousand cards have it in common.
    """
    body = _BODY.search(page)
    if body is None:
        raise _changed("body")
    head = page[: body.start()]
    top = page[body.end() : page.index(_mark(page, "top"))] + _between(page, "top")
    icon = _ICON.search(head)
    styles = tuple(_rooted(one) for one in _STYLE.findall(head))
    config, worker = _config(_between(page, "end"))
    data = {
        "body": dict(_ATTRIBUTE.findall(body["attributes"])),
        "icon": _rooted(icon[1]) if icon else "",
        "top": _portable(top),
        "foot": _portable(_between(page, "foot")),
        "nav": _portable(_between(page, "nav")),
        "config": config,
        "name": name,
        "links": links,
        "edit": edit if edit[0] else None,
        "came": came,
        "scripts": [
            _rooted(one) for part in (head, _between(page, "scripts")) for one in _sources(part)
        ],
    }
    code = "\n".join(_SCOPE.sub("new URL(base)", one["code"]) + ";" for one in _inline(head + top))
    script = (_ASSETS / "shell.js").read_text("utf-8")
    script = script.replace('"%DATA%"', _json(data)).replace('"%THEME%";', code)
    return Chrome(styles, script, worker)


def joined_styles(pages: Path, styles: Iterable[str]) -> str:
    """Return the style sheets below ``pages`` as one, relative links kept right."""
    return "\n".join(_moved((pages / one).read_text("utf-8"), one) for one in styles)


def _moved(css: str, address: str) -> str:
    def link(found: re.Match[str]) -> str:
        if urlsplit(found["value"]).scheme or found["value"].startswith(("#", "/")):
            return found[0]
        target = urljoin(_ORIGIN + address, found["value"]).removeprefix(_ORIGIN)
        return f"url({found['quote']}../../{target}"

    return _URL.sub(link, _SOURCE_MAP.sub("", css))


def _config(html: str) -> tuple[dict[str, object], str]:
    """Return the theme's configuration with links from the root, and its search worker's name."""
    found = _CONFIG.search(html)
    if found is None:
        raise _changed("config")
    config = json.loads(found["data"])
    worker = _rooted(config.get("search", ""))
    return {**config, "base": "%ROOT%", "search": f"%ROOT%{WORKER}"}, worker


def _mark(page: str, name: str) -> str:
    mark = f"<!--tracker:{name}-->"
    if mark not in page:
        raise _changed(name)
    return mark


def _between(page: str, name: str) -> str:
    start = page.index(_mark(page, name)) + len(_mark(page, name))
    end = page.find(f"<!--/tracker:{name}-->", start)
    if end < 0:
        raise _changed(name)
    return page[start:end]


def _changed(name: str) -> TrackerError:
    return TrackerError(
        f"The theme's page has no place called `{name}` any more, so no ticket can be put into it.",
        "Use `theme: material` without a plugin that removes comments from HTML.",
    )


def _inline(html: str) -> list[re.Match[str]]:
    return [
        one
        for one in _SCRIPT.finditer(html)
        if "src=" not in one["attributes"] and "json" not in one["attributes"]
    ]


def _sources(html: str) -> list[str]:
    return [
        found[1] for one in _SCRIPT.finditer(html) if (found := _SOURCE.search(one["attributes"]))
    ]


def _rooted(link: str) -> str:
    """Turn a link of the rendered page into one below the portal's root."""
    return urljoin(_HERE, link).removeprefix(_ORIGIN)


def _portable(html: str) -> str:
    """Take inline scripts out, and let links begin with a place for the root."""
    without = _SCRIPT.sub(lambda one: one[0] if "json" in one["attributes"] else "", html)

    def link(found: re.Match[str]) -> str:
        value = found["value"]
        if value.startswith(("#", "//")) or urlsplit(value).scheme:
            return found[0]
        return f'{found["name"]}="%ROOT%{_rooted(value)}"'

    return re.sub(r">\s+<", "><", _LINK.sub(link, without)).strip()


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True).replace("</", "<\\/")
