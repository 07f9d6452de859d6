"""What a domain's DNS records say about its mail: MX, SPF, DKIM and DMARC, each with its mend."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tracker.core.findings import Advice, Wrong

# Selectors that providers use unless told otherwise.
SELECTORS = ("google", "selector1", "selector2", "mail", "mailru", "default", "dkim", "s1", "k1")
_MOST_LOOKUPS = 10
_LOOKUP = re.compile(
    r"[+?~-]?(?:include:|a(?:[:/]|$)|mx(?:[:/]|$)|ptr(?:[:/]|$)|exists:)|redirect="
)
# Who sends for whom: the end of the sending server's name, and what SPF must then name.
_SENDERS = {
    "gmail.com": "_spf.google.com",
    "google.com": "_spf.google.com",
    "office365.com": "spf.protection.outlook.com",
    "outlook.com": "spf.protection.outlook.com",
    "yandex.ru": "_spf.yandex.net",
    "yandex.com": "_spf.yandex.net",
    "mail.ru": "_spf.mail.ru",
}


def judge_mx(domain: str, hosts: Sequence[str]) -> str:
    """Judge where mail for the domain goes."""
    if not hosts:
        raise Wrong(f"{domain} has no MX record: mail to it may go nowhere", "Add the provider's.")
    if list(hosts) == ["."]:
        raise Wrong(f"{domain} says that it takes no mail (RFC 7505)", "Remove the MX record `.`.")
    return f"mail for {domain} goes to {hosts[0]}"


def judge_spf(domain: str, records: Sequence[str], sender: str) -> str:
    """Judge SPF (RFC 7208); ``sender`` is the host that sends for the desk."""
    found = [one for one in records if one.lower().split(" ")[0] == "v=spf1"]
    wanted = next((name for end, name in _SENDERS.items() if _ends(sender, end)), "")
    shown = f"v=spf1 {f'include:{wanted}' if wanted else 'include:…'} ~all"
    if not found:
        raise Wrong(
            f"{domain} has no SPF record: letters may be taken for spam",
            f"Add a TXT record at {domain}: `{shown}`.",
        )
    if len(found) > 1:
        raise Wrong(f"{domain} has {len(found)} SPF records", "Join them into one (RFC 7208, 3.2).")
    terms = found[0].lower().split()[1:]
    if any(term in ("+all", "all") for term in terms):
        raise Wrong(f"{domain}: SPF lets everybody send (`+all`)", "End it with `~all` or `-all`.")
    if wanted and not any(wanted in term for term in terms):
        raise Wrong(
            f"{domain}: SPF does not name {wanted}, which sends for the desk",
            f"Add `include:{wanted}` to it.",
        )
    if sum(bool(_LOOKUP.match(term)) for term in terms) > _MOST_LOOKUPS:
        raise Wrong(f"{domain}: SPF asks for more than 10 lookups", "Leave some `include:` out.")
    if not any(term.endswith("all") or term.startswith("redirect=") for term in terms):
        raise Advice(f"{domain}: SPF says nothing of other senders", "End it with `~all`.")
    return f"{domain} names who may send"


def _ends(host: str, end: str) -> bool:
    return host == end or host.endswith(f".{end}")


def judge_dmarc(domain: str, records: Sequence[str]) -> str:
    """Judge DMARC (RFC 7489), of ``_dmarc.`` and the domain or the one above it."""
    found = [one for one in records if one.replace(" ", "").lower().startswith("v=dmarc1")]
    if not found:
        raise Wrong(
            f"{domain} has no DMARC record: large providers refuse much of its mail",
            f"Add a TXT record at _dmarc.{domain}: `v=DMARC1; p=none; rua=mailto:…`.",
        )
    if len(found) > 1:
        raise Wrong(f"{domain} has {len(found)} DMARC records", "Leave one: with two, none counts.")
    policy = _tags(found[0]).get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        raise Wrong(f"{domain}: DMARC has no policy", "Add `p=none`, later `p=quarantine`.")
    if policy == "none":
        raise Advice(
            f"{domain}: DMARC asks for nothing (`p=none`): others can send in the desk's name",
            "When the reports look right, set `p=quarantine`.",
        )
    return f"{domain} asks for `{policy}`"


def judge_dkim(domain: str, records: Mapping[str, Sequence[str]]) -> str:
    """Judge the keys of DKIM (RFC 6376) by selector. Raises Advice where none was found, since a
    selector can have any name.
    """
    keys = {name: _tags("".join(found)) for name, found in records.items() if found}
    keys = {name: tags for name, tags in keys.items() if "p" in tags}
    good = [name for name, tags in keys.items() if tags["p"]]
    if good:
        return f"{domain} has a key, selector `{good[0]}`"
    if keys:
        name = next(iter(keys))
        raise Wrong(f"{domain}: the DKIM key `{name}` is revoked", "Switch DKIM on anew.")
    raise Advice(
        f"{domain} has no DKIM key under the usual names",
        "Switch DKIM on at the provider; `tracker doctor --send-test` shows whether letters have "
        "a signature.",
    )


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, _, value in pairs}
