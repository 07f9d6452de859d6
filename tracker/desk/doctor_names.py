"""Looks of `tracker doctor` at the DNS: where mail goes, and who may send in the desk's name."""

from __future__ import annotations

from tracker.core.dns_records import SELECTORS, judge_dkim, judge_dmarc, judge_mx, judge_spf
from tracker.desk.examination import Examination


def mx(about: Examination) -> str:
    """Where mail for the desk's domain goes."""
    return judge_mx(about.domain, about.resolver.mail_hosts(about.domain))


def spf(about: Examination) -> str:
    """Who may send for the domain."""
    smtp = about.desk.settings.mailbox.smtp
    texts = about.resolver.texts(about.domain)
    return judge_spf(about.domain, texts, smtp.host if smtp else "")


def dkim(about: Examination) -> str:
    """Whether there is a key to sign letters with, under one of the usual names."""
    domain, asked = about.domain, about.resolver
    found = {}
    for name in SELECTORS:
        found[name] = asked.texts(f"{name}._domainkey.{domain}")
        if found[name]:
            break
    return judge_dkim(domain, found)


def dmarc(about: Examination) -> str:
    """What others do with letters that are not the domain's, asked at the domain and above it."""
    labels = about.domain.split(".")
    names = [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
    for name in names:
        found = about.resolver.texts(f"_dmarc.{name}")
        if any("dmarc1" in one.lower() for one in found):
            return judge_dmarc(name, found)
    return judge_dmarc(about.domain, [])
