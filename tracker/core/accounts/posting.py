"""The letters about accounts: activate, restore access, password set, registration not taken."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from tracker.core.accounts.activation import link_of
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.records import Post, PostKind, Record, moment
from tracker.core.letters import Content, Head, Letter, Nature, date_of, domain_of, seal
from tracker.core.settings import Settings
from tracker.core.stationery import Part, button, page, paragraph, ways
from tracker.core.texts import Texts, texts
from tracker.core.tokens import Keys


def post_letter(
    record: Record, post: Post, ring: Ring, settings: Settings, keys: Keys, now: datetime
) -> Letter:
    """Compose a letter about an account. It repeats nothing that a stranger wrote, not even a
    name: whoever forges an address could write to its owner with it.

    Composing it again gives the same letter. Raises ValueError for an address that no letter can
    carry.
    """
    words = texts(settings.desk.language)
    said = _link_parts(record, post, ring, settings, words) if post.has_link else ()
    if post.kind == "registered":
        said = _registered(post, settings, words)
    elif post.kind == "refused":
        said = _refused(settings, words)
    parts = [paragraph(words._("Hello!")), *said, *ways(settings)]
    plain, html = page(parts, (), settings, automatic=True)
    domain = domain_of(settings)
    head = Head(
        post.to,
        keys.account_message_id(record.account, post.id, post.to, domain),
        (),
        date_of(moment(post.asked), now),
        answers=False,
    )
    subject = f"{_title(post.kind, words)}: {settings.desk.name}"
    nature: Nature = "auto-generated" if post.kind == "activation" else "auto-replied"
    return seal(Content(subject, plain, html, nature), head, settings, keys)


def _title(kind: PostKind, words: Texts) -> str:
    return {
        "activation": words._("Activate my account"),
        "access": words._("Your new link"),
        "registered": words._("Your password is set"),
        "refused": words._("Your password was not set"),
    }[kind]


def _link_parts(
    record: Record, post: Post, ring: Ring, settings: Settings, words: Texts
) -> tuple[Part, ...]:
    site = settings.desk.portal_url
    link = link_of(record, post.invitation, ring, site)
    zone = settings.desk.timezone
    until = words.moment(moment(record.expires).astimezone(zone))
    if post.kind == "activation":
        first = words._(
            "On our portal you see all your requests and our answers. Your account there is ready:"
        )
        label = words._("Activate my account")
        last = words._(
            "Did you not write to us? Then somebody gave your address; leave this letter unheeded, "
            "and nothing happens."
        )
    else:
        first = words._("You asked for access to your account. Here is a new link:")
        label = words._("Open my account")
        last = words._(
            "Links of earlier letters no longer work. Your password works as before until you set "
            "a new one. Did you not ask? Then leave this letter unheeded, and nothing changes."
        )
    return (
        paragraph(first),
        button(label, link),
        paragraph(
            words._(
                "The link works until %(until)s. Keep it to yourself: whoever has it can read your "
                "requests. It may take some minutes until the page knows it.",
                until=until,
            )
        ),
        paragraph(last),
    )


def _registered(post: Post, settings: Settings, words: Texts) -> tuple[Part, ...]:
    site = settings.desk.portal_url
    return (
        paragraph(words._("The password that you chose is set. Sign in on the portal:"), site),
        paragraph(
            words._(
                "Your login is %(address)s. Earlier links and passwords no longer work; it may "
                "take some minutes until the portal knows the new one.",
                address=post.to,
            )
        ),
        paragraph(
            words._(
                "Was it not you who did this? Then answer this letter at once, so that we can "
                "close the account."
            )
        ),
        paragraph(_unread(words)),
    )


def _unread(words: Texts) -> str:
    return words._(
        "Nobody read that mail: if you wrote anything else in it, send it again by itself."
    )


def _refused(settings: Settings, words: Texts) -> tuple[Part, ...]:
    address = settings.mailbox.address
    word = words._("/access")
    return (
        paragraph(
            words._(
                "A mail from your address was to set a password, but we could not take it: it was "
                "made with an older link, or was changed on its way. Nothing has changed."
            )
        ),
        paragraph(
            words._(
                "To set a password, ask for a new link: write us a letter with the subject "
                "%(word)s.",
                word=word,
            ),
            f"mailto:{address}?subject={quote(word)}",
            words._("Ask for a new link"),
        ),
        paragraph(_unread(words)),
    )
