"""What the desk sets in the generator's configuration, and the pages it adds."""

from __future__ import annotations

from dataclasses import replace

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

from tracker.core.pages.lists import TITLES_OF
from tracker.core.pages.site import ANY, CLOSED, OPEN, Desk
from tracker.portal.finish import place
from tracker.portal.resources import SCRIPT, STYLE, THEME

SHELL = "tracker-shell.md"
"""The page whose rendered form lean pages are cut from. It is not published."""

_ADDRESSES = {"open": OPEN, "closed": CLOSED, "any": ANY}


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
    config.theme["language"] = desk.language
    config.theme["font"] = False
    if not config.theme.get("palette"):
        config.theme["palette"] = _palette(desk)
    config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(THEME))
    config.extra["generator"] = False
    config.extra_css.insert(0, STYLE)
    config.extra_javascript.insert(0, SCRIPT)
    config.mdx_configs.setdefault("tables", {})["use_align_attribute"] = True


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
    """Return the lists' first pages as sources: path below ``docs/`` to Markdown."""
    return {
        f"{address}index.md": _list_page(desk.words._(TITLES_OF[address]), name)
        for name, address in _ADDRESSES.items()
    }


def shell_page() -> str:
    """Return the source of the page that lean pages are cut from."""
    return "---\ntitle: '&#8203;'\ntemplate: tracker-shell.html\nsearch:\n  exclude: true\n---\n"


def _list_page(title: str, name: str) -> str:
    head = "---\nhide:\n  - toc\n  - navigation\nsearch:\n  exclude: true\n---\n"
    return f"{head}# {title}\n\n{place(name)}\n"


def navigation(sources: list[str], desk: Desk, *, is_private: bool = False) -> list[object]:
    """Return the navigation of a portal that names none: front page, requests, help, the rest.

    ``sources`` are the paths of all pages below ``docs/``. A private portal has everybody's own
    requests where a public one has the lists.
    """
    words = desk.words
    sections: dict[str, list[str]] = {}
    for one in sorted(
        sources, key=lambda path: (path.count("/"), not path.endswith("/index.md"), path)
    ):
        folder, _, _ = one.partition("/")
        if one not in ("index.md", SHELL) and folder not in ("requests", "access"):
            sections.setdefault(folder, []).append(one)
    found: list[object] = [{words._("Home"): "index.md"}] if "index.md" in sources else []
    if "requests/index.md" in sources:
        name = words._("My requests") if is_private else words._("Requests")
        found.append({name: "requests/index.md"})
    if "help" in sections:
        found.append({words._("Help"): sections.pop("help")})
    for folder, paths in sections.items():
        found.append({folder.capitalize(): paths} if "/" in paths[0] else paths[0])
    return found
