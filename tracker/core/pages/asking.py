"""The *New request* page: a form that composes a letter, and the same in plain HTML.

Without scripts the page shows the address and each type's questions as text to copy. The script
``assets/request.js`` puts the form in its place; everything it says stands here.
"""

from __future__ import annotations

import json

from tracker.core.options import RequestType
from tracker.core.pages.html import escape
from tracker.core.pages.site import Desk, mail_link, phone_link
from tracker.core.questions import Question, text_word, text_words, type_word
from tracker.core.requests import template

FINDER = "assets/tracker/finder.js"
"""The search among tickets, which a private desk has not."""
SCRIPT, STYLE = "assets/tracker/request.js", "assets/tracker/request.css"
"""The page's own script and style sheet, below the portal's root."""
MAX_TITLE = 150
"""Characters of a title: more than this no list shows."""
MAX_TEXT = 20_000
"""Characters of a description."""
MAX_LINK = 1_800
"""Characters of a ``mailto:`` link that Windows and every browser still pass on (2,048 less what
they add); a longer letter is copied and pasted.
"""


class AskingPage:
    """Writes the page of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._words = desk, desk.words

    def page(self, root: str) -> str:
        """Return the page's content. ``root`` is the relative way to the portal's root."""
        return (
            f'<link rel="stylesheet" href="{root}{STYLE}"><div class="tk-new" id="tk-new">'
            f"{self._plain()}{self._form()}{self._ready()}"
            f'</div><script type="module" src="{root}{SCRIPT}"></script>'
        )

    # Without scripts

    def _plain(self) -> str:
        words, desk = self._words, self._desk
        link = f'<a href="{mail_link(desk.address, "")}">{escape(desk.address)}</a>'
        write = escape(
            words._("Write to us in your own words. The number of your request comes back by mail.")
        )
        parts = [f"<p>{write}", f'<p class="tk-big">{link}']
        if desk.phone:
            phone = f'<a href="{phone_link(desk.phone)}">{escape(desk.phone)}</a>'
            hours = f" <small>{escape(desk.hours)}</small>" if desk.hours else ""
            parts.append(f"<p>{escape(words._('By phone'))}: {phone}{hours}")
        if desk.requests:
            text = words._(
                "For these requests we need to know a little more. Copy the questions into your "
                "letter and answer them there."
            )
            parts.append(f"<p>{escape(text)}")
        parts += [self._plain_type(key, kind) for key, kind in desk.requests]
        return f'<div class="tk-plain">{"".join(parts)}{self._notice()}</div>'

    def _plain_type(self, key: str, kind: RequestType) -> str:
        text = template(key, kind, self._desk.language)
        link = mail_link(self._desk.address, "", text)
        open_letter = escape(self._words._("Open a letter with these questions"))
        about = f"<p>{escape(kind.text)}" if kind.text else ""
        return (
            f"<h2>{escape(kind.title)}</h2>{about}"
            f'<pre tabindex="0" aria-label="{escape(kind.title)}">{escape(text)}</pre>'
            f'<p><a class="md-button" href="{link}">{open_letter}</a>'
        )

    def _notice(self) -> str:
        text = self._words._(
            "This portal is public: anybody can read the request. Never write a password into it."
        )
        return f'<p class="tk-notice">{escape(text)}'

    # The form

    def _form(self) -> str:
        words, desk = self._words, self._desk
        said = {
            "address": desk.address,
            "submit": desk.submit_url,
            "limit": str(MAX_LINK),
            "type-word": type_word(desk.language),
            "text-word": text_word(desk.language),
            "text-words": json.dumps(text_words(desk.language), ensure_ascii=False),
            "fill": words._("Please fill this in."),
            "choose": words._("Please choose one."),
            "no-address": words._("This is no mail address."),
            "long": words._("This is too long."),
            "faults": words._("Please look at these fields:"),
            "found": words._("Found: {n}"),
            "finder": FINDER if desk.is_public else "",
            "closed": words._("closed"),
            "copied": words._("Copied"),
            "sending": words._("Sending…"),
            "sent": words._("It is sent. The number of your request comes by mail."),
            "failed": words._("It could not be sent. Please send it by mail."),
        }
        data = "".join(f' data-{name}="{escape(value)}"' for name, value in said.items())
        next_ = escape(words._("Continue"))
        return (
            f'<form class="tk-form" hidden novalidate autocomplete="on"{data}>'
            '<div class="tk-faults" role="alert" tabindex="-1" hidden></div>'
            f"{self._types()}{self._title()}{self._questions()}{self._text()}{self._email()}"
            f"{self._notice()}"
            f'<p><button class="md-button md-button--primary" type="submit">{next_}</button>'
            "</form>"
        )

    def _types(self) -> str:
        words = self._words
        if not self._desk.requests:
            return ""
        other = RequestType(words._("Something else"), words._("None of these fits."), ())
        choices = "".join(
            f'<label class="tk-type"><input type="radio" name="type" value="{escape(key)}">'
            f"<span><b>{escape(kind.title)}</b>"
            + (f"<small>{escape(kind.text)}</small>" if kind.text else "")
            + "</span></label>"
            for key, kind in (*self._desk.requests, ("", other))
        )
        legend = escape(words._("What is it about?"))
        return (
            f'<fieldset class="tk-types" id="tk-type"><legend>{legend}</legend>{choices}</fieldset>'
        )

    def _title(self) -> str:
        words = self._words
        label = words._("What happened, in a few words")
        box = (
            f'<input id="tk-title" name="title" required maxlength="{MAX_TITLE}" '
            'autocomplete="off">'
        )
        heading = escape(words._("Perhaps there is an answer already"))
        found = (
            f'<section class="tk-found" aria-label="{heading}" hidden><h2>{heading}</h2><ul></ul>'
            '</section><p class="tk-status" role="status" id="tk-found-status"></p>'
        )
        return self._field("tk-title", label, box, "", required=True) + found

    def _questions(self) -> str:
        groups = []
        for number, (key, kind) in enumerate(self._desk.requests):
            fields = "".join(
                self._question(f"tk-q{number}-{at}", one) for at, one in enumerate(kind.questions)
            )
            groups.append(
                f'<fieldset class="tk-questions" data-type="{escape(key)}" '
                f'data-title="{escape(kind.title)}" hidden disabled>'
                f"<legend>{escape(kind.title)}</legend>{fields}</fieldset>"
            )
        return "".join(groups)

    def _question(self, name: str, question: Question) -> str:
        must = " required" if question.required else ""
        about = f' aria-describedby="{name}-hint"' if question.hint else ""
        data = f'id="{name}" name="{name}" data-question="{escape(question.label)}"{must}{about}'
        if question.choices:
            choices = "".join(f"<option>{escape(one)}</option>" for one in question.choices)
            box = f'<select {data}><option value="">—</option>{choices}</select>'
        else:
            box = f'<input {data} maxlength="500">'
        return self._field(name, question.label, box, question.hint, required=question.required)

    def _text(self) -> str:
        words = self._words
        hint = words._(
            "What you did, what you expected, what happened instead. A picture of the screen can "
            "be attached to the letter itself."
        )
        box = (
            f'<textarea id="tk-text" name="text" rows="8" maxlength="{MAX_TEXT}" '
            'aria-describedby="tk-text-hint"></textarea>'
        )
        return self._field("tk-text", words._("Description"), box, hint, required=None)

    def _email(self) -> str:
        if not self._desk.submit_url:
            return ""
        words = self._words
        box = (
            '<input id="tk-email" name="email" type="email" autocomplete="email" '
            'aria-describedby="tk-email-hint">'
        )
        hint = words._("The number of your request and our answers go there.")
        return self._field("tk-email", words._("Your mail address"), box, hint, required=True)

    def _field(self, name: str, label: str, box: str, hint: str, *, required: bool | None) -> str:
        """``required`` is None where it depends on the type: then the script says it."""
        may = self._words._("optional")
        mark = f" <i>({escape(may)})</i>" if not required else ""
        hidden = mark.replace("<i>", "<i hidden>") if required is None else mark
        text = f'<small id="{name}-hint">{escape(hint)}</small>' if hint else ""
        return (
            f'<div class="tk-field"><label for="{name}">{escape(label)}{hidden}</label>{text}{box}'
            f'<p class="tk-fault" id="{name}-fault" hidden></p></div>'
        )

    # The letter

    def _ready(self) -> str:
        words, desk = self._words, self._desk
        heading = escape(words._("The letter is ready, only sending is left"))
        open_letter = escape(words._("Open it in my mail program"))
        long = words._(
            "The text is too long for a mail program's link. The button copies it, too: paste it "
            "into the letter that opens."
        )
        send = ""
        kind = " md-button--primary"
        if desk.submit_url:
            label = escape(words._("Send"))
            send = f'<button class="md-button{kind}" type="button" id="tk-send">{label}</button> '
            kind = ""
        back = escape(words._("Change it"))
        return (
            f'<section class="tk-ready" aria-labelledby="tk-ready" hidden>'
            f'<h2 id="tk-ready" tabindex="-1">{heading}</h2>'
            f'<p class="tk-actions">{send}<a class="md-button{kind}" id="tk-open" href="#">'
            f'{open_letter}</a> <button class="md-button" type="button" id="tk-back">{back}'
            "</button>"
            f'<p class="tk-long" id="tk-long" hidden>{escape(long)}'
            f'<p class="tk-status" role="status" id="tk-status"></p>{self._copies()}{self._next()}'
            "</section>"
        )

    def _copies(self) -> str:
        words = self._words
        intro = escape(words._("No mail program here? Copy the letter into your mailbox:"))
        boxes = (
            ("tk-to", words._("To"), '<input id="tk-to" readonly>'),
            ("tk-subject", words._("Subject"), '<input id="tk-subject" readonly>'),
            ("tk-body", words._("Text"), '<textarea id="tk-body" rows="9" readonly></textarea>'),
        )
        copy = words._("Copy")
        rows = "".join(
            f'<div class="tk-copy"><label for="{name}">{escape(label)}</label>{box}'
            f'<button class="md-button" type="button" data-copy="{name}" '
            f'aria-label="{escape(f"{copy}: {label}")}">{escape(copy)}</button></div>'
            for name, label, box in boxes
        )
        return f'<p>{intro}</p><div class="tk-copies">{rows}</div>'

    def _next(self) -> str:
        words = self._words
        steps = (
            words._("A few minutes after your letter its number comes by mail."),
            words._("Our answers come by mail, too. Reply to them to add something."),
            words._("Under its number the request can be read on this portal."),
        )
        items = "".join(f"<li>{escape(one)}" for one in steps)
        return f"<h3>{escape(words._('What happens next'))}</h3><ol>{items}</ol>"
