"""Asking the DNS."""

from __future__ import annotations

from typing import Any

import dns.exception
import dns.resolver

from tracker.core.findings import Unchecked

_SECONDS = 4.0
_ELSEWHERE = "Run it where there is one, or name one: `--resolver 1.2.3.4`."


class Resolver:
    """The system's resolver, or the one at ``server`` (``HOST`` or ``HOST:PORT``);
    ``none`` asks nobody.

    One that is silent is asked once: everything after that is unchecked as well.
    """

    def __init__(self, server: str = "") -> None:
        self._server = server
        self._worldly: bool | None = None
        self._resolver: dns.resolver.Resolver | None = None
        self._silent = "not checked: asked not to" if server == "none" else ""

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name; empty where there are none. Raises Unchecked."""
        return [b"".join(one.strings).decode("utf-8", "replace") for one in self._ask(name, "TXT")]

    def mail_hosts(self, name: str) -> list[str]:
        """Return the hosts of the MX records of a name, the first one first. Raises Unchecked."""
        found = sorted((one.preference, str(one.exchange)) for one in self._ask(name, "MX"))
        return [host if host == "." else host.rstrip(".") for _, host in found]

    def _ask(self, name: str, kind: str) -> list[Any]:
        if self._silent:
            raise Unchecked(self._silent)
        try:
            if self._resolver is None:
                self._resolver = self._made()
            return list(self._resolver.resolve(name, kind, search=False, lifetime=_SECONDS))
        except dns.resolver.NoAnswer:
            return []
        except dns.resolver.NXDOMAIN:
            if name != ".":
                self._know_the_world()
            return []
        except dns.resolver.NoNameservers:
            raise Unchecked(f"the DNS has a fault at {name}", "Try again later.") from None
        except (dns.exception.DNSException, OSError, ValueError) as error:
            what = type(error).__name__
            self._silent = f"not checked: no DNS resolver answers here ({what})"
            raise Unchecked(self._silent, _ELSEWHERE) from None

    def _know_the_world(self) -> None:
        """See that the resolver knows the root. Some networks have one that knows but their own
        names, and says of every other one that there is none.
        """
        if self._worldly is None:
            self._worldly = bool(self._ask(".", "NS"))
        if not self._worldly:
            self._silent = "not checked: the DNS resolver here knows local names only"
            raise Unchecked(self._silent, _ELSEWHERE)

    def _made(self) -> dns.resolver.Resolver:
        if not self._server:
            return dns.resolver.Resolver()
        host, _, port = self._server.partition(":")
        made = dns.resolver.Resolver(configure=False)
        made.nameservers, made.port = [host], int(port or 53)
        return made
