"""What the desk sets in the generator's configuration, and the pages it adds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

from tracker.core.pages.figures import FIGURES
from tracker.core.pages.html import escape
from tracker.core.pages.lists import TITLES_OF
from tracker.core.pages.site import ANY, CLOSED, CONTACTS, NEW, OPEN, QUEUES, SEARCH, Desk
from tracker.portal.finish import place
from tracker.portal.resources import SCRIPT, STYLE, THEME

SHELL = "tracker-shell.md"
"""The page whose rendered form lean pages are cut from. It is not published."""
_NEW, _CONTACTS, _QUEUES = (f"{one}index.md" for one in (NEW, CONTACTS, QUEUES))
_PLAIN_HEAD = "---\nhide:\n  - toc\n  - navigation\n---\n"
_HELP = ("index", "reply", "colleagues", "letters", "find", "phone")
"""The order of the help pages that a new desk begins with; others follow."""
_ADDRESSES = {"open": OPEN, "closed": CLOSED, "any": ANY}
_OWN = ("requests", SEARCH.rstrip("/"), FIGURES.rstrip("/"))
"""Folders whose pages the navigation does not list one by one."""


def preview(desk: Desk, url: str) -> Desk:
    """Return the desk as it is served for a preview at ``url``."""
    return replace(desk, url=url if url.endswith("/") else f"{url}/")


def adapt(config: MkDocsConfig, desk: Desk) -> None:
    """Set name, address, language and looks from the settings; no page asks another host."""
    if not config.use_directory_urls:
        raise PluginError(
            "Tickets have addresses that end in a slash: take `use_directory_urls` out."
        )
    config.site_name = desk.name
    config.site_url = desk.url
    config.theme["language"] = _theme_language(config, desk.language)
    config.theme["font"] = False
    if not config.theme.get("palette"):
        config.theme["palette"] = _palette(desk)
    config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(THEME))
    config.extra["generator"] = False
    config.extra_css.insert(0, STYLE)
    config.extra_javascript.insert(0, SCRIPT)
    config.mdx_configs.setdefault("tables", {})["use_align_attribute"] = True


def _theme_language(config: MkDocsConfig, language: str) -> str:
    """Return the language for the theme's own words: English where it does not know the desk's."""
    names = (Path(one, "partials", "languages", f"{language}.html") for one in config.theme.dirs)
    return str(language) if any(name.is_file() for name in names) else "en"


def _palette(desk: Desk) -> list[dict[str, object]]:
    """Light, dark, and what the reader's system prefers, with names in the desk's language."""
    words = desk.words
    choices = [
        (
            "(prefers-color-scheme)",
            "default",
            "material/brightness-auto",
            words._("Use light colours"),
        ),
        (
            "(prefers-color-scheme: light)",
            "default",
            "material/weather-sunny",
            words._("Use dark colours"),
        ),
        (
            "(prefers-color-scheme: dark)",
            "slate",
            "material/weather-night",
            words._("Use the system's colours"),
        ),
    ]
    return [
        {
            "media": media,
            "scheme": scheme,
            "primary": "custom",
            "accent": "custom",
            "toggle": {"icon": icon, "name": name},
        }
        for media, scheme, icon, name in choices
    ]


def pages(desk: Desk) -> dict[str, str]:
    """Return the pages that the desk need not write itself, as sources: path below ``docs/`` to
    Markdown. Each may be written by the desk all the same.
    """
    words = desk.words
    found = {
        f"{address}index.md": _list_page(desk.words._(TITLES_OF[address]), name)
        for name, address in _ADDRESSES.items()
    }
    found[f"{SEARCH}index.md"] = _list_page(words._("Search"), "search")
    found[f"{FIGURES}index.md"] = _list_page(words._("Figures"), "figures")
    found[_NEW] = f"{_PLAIN_HEAD}# {words._('New request')}\n\n{place('new')}\n"
    found[_CONTACTS] = f"{_PLAIN_HEAD}# {words._('Contacts')}\n\n{place('contacts')}\n"
    if desk.agents:
        found[_QUEUES] = _list_page(words._("Queues"), "queues")
    return found


def written_as(path: str) -> tuple[str, ...]:
    """Return every path whose page has the address of the page ``path``."""
    return path, f"{path.removesuffix('/index.md')}.md"


def shell_page() -> str:
    """Return the source of the page that lean pages are cut from."""
    return "---\ntitle: '&#8203;'\ntemplate: tracker-shell.html\nsearch:\n  exclude: true\n---\n"


def mended(page: str, desk: Desk) -> str:
    """Return a page of the theme with a name for its search box, which screen readers miss."""
    label = escape(desk.words._("Search"))
    box = 'data-md-component="search" role="dialog"'
    return page.replace(box, f'{box} aria-label="{label}"', 1)


def _list_page(title: str, name: str) -> str:
    head = "---\nhide:\n  - toc\n  - navigation\nsearch:\n  exclude: true\n---\n"
    return f"{head}# {title}\n\n{place(name)}\n"


def navigation(sources: list[str], desk: Desk) -> list[object]:
    """Return the navigation of a portal that names none: front page, requests, help, figures,
    and the rest.

    ``sources`` are the paths of all pages below ``docs/``.
    """
    words = desk.words
    made = {
        name: next((path for path in written_as(name) if path in sources), "")
        for name in (_NEW, _CONTACTS, _QUEUES)
    }
    sections: dict[str, list[str]] = {}
    for one in sorted(sources, key=_order):
        folder, _, _ = one.partition("/")
        if one not in ("index.md", SHELL, *made.values()) and folder not in _OWN:
            sections.setdefault(folder, []).append(one)
    found: list[object] = [{words._("Home"): "index.md"}] if "index.md" in sources else []
    found.append({words._("New request"): made[_NEW]})
    found.append({words._("Requests"): "requests/index.md"})
    if "help" in sections:
        found.append({words._("Help"): sections.pop("help")})
    found.append({words._("Figures"): f"{FIGURES}index.md"})
    found.append({words._("Contacts"): made[_CONTACTS]})
    for folder, paths in sections.items():
        found.append({folder.capitalize(): paths} if "/" in paths[0] else paths[0])
    if made[_QUEUES]:
        found.append({words._("For agents"): [{words._("Queues"): made[_QUEUES]}]})
    return found


def _order(path: str) -> tuple[int, bool, int, str]:
    name = path.rpartition("/")[2].removesuffix(".md")
    known = _HELP.index(name) if path.startswith("help/") and name in _HELP else len(_HELP)
    return path.count("/"), not path.endswith("/index.md"), known, path
