"""What an owner can get wrong with the portal and its accounts."""

from __future__ import annotations

from urllib.parse import urlsplit

from tracker.adapters.web import head
from tracker.core.accounts.book import all_records
from tracker.core.errors import TrackerError
from tracker.core.findings import Advice
from tracker.desk.examination import Examination
from tracker.desk.queries import newest
from tracker.desk.visibility import need_asked

_PORTAL_SECONDS = 5.0
_SHARED = (".github.io", ".gitlab.io", ".codeberg.page", ".gitee.io")
"""Hosts that give every project of one owner the same origin."""


def portal(about: Examination) -> str:
    """What of the desk is published, and whether it is there."""
    url = about.desk.settings.desk.portal_url
    if about.desk.settings.desk.visibility == "private":
        _fit_for_accounts(url)
        said = f"private, at {url}: each requester sees their own requests"
    else:
        need_asked(about.desk.git, about.desk.repository.newest())
        said = f"public, at {url}"
    if not url.startswith("https:"):
        return said
    try:
        status = head(url, _PORTAL_SECONDS).status
    except TrackerError as error:
        raise Advice(f"{said}, but {error.message}", error.hint) from None
    if status >= 400:
        raise Advice(f"{said}, which answers {status}", "Is it published yet? See the schedule.")
    return f"{said}, which answers"


def _fit_for_accounts(url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and host not in ("localhost", "::1") and host[:4] != "127.":
        raise TrackerError(
            f"{url}: browsers open accounts over https only", "Publish the portal with TLS."
        )
    if host.endswith(_SHARED):
        raise TrackerError(
            f"{url} shares its origin with every other project there: a page of any of them could "
            "use a remembered key",
            "Serve a private portal from a domain of its own.",
        )


def accounts(about: Examination) -> str:
    """Whether all accounts are under the desk's secret, and which agents have none; empty for a
    public desk.
    """
    desk = about.desk
    if desk.settings.desk.visibility != "private":
        return ""
    ring = desk.ring()
    with newest(desk) as view:
        found = list(all_records(view))
    for one in found:
        ring.of(one.key, one.path)
    agents = {address for one in found if one.role == "agent" for address in one.addresses}
    lacking = [
        handle
        for handle, agent in desk.settings.agents.items()
        if agent.emails and not agents & {one.lower() for one in agent.emails}
    ]
    told = f"{len(found)} accounts, all under this secret"
    if lacking:
        told += f"; agents are invited by hand (`tracker account invite`): {', '.join(lacking)}"
    return told
