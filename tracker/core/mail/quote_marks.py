"""How mail programs announce a quotation, a forwarded mail, or a signature (Russian, English)."""

from __future__ import annotations

import re

MAX_LINE = 500
"""Longer lines announce nothing; this keeps every pattern cheap on hostile text."""

RULE = "-" * 10
"""What ``plain_lines`` makes of any line drawn across."""

_UNMARK = re.compile(r"[*_\\]+|&lt;|&gt;|&#\d{2};|^#{1,6} ", re.MULTILINE)
_UNMARKED = {"&lt;": "<", "&gt;": ">"}
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")

_ADDRESS = re.compile(r"[^\s<>()\[\]@]+@[^\s<>()\[\]@]+")
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?!\d)")
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d{2}(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)", re.IGNORECASE
)
_VERB = re.compile(
    r"(?:\bwrote|\bwrites|\bsaid|\bпишет|\bписала?|\bнаписала?|\bнаписал\(а\)|\bписал\(а\)"
    r"|\bпишете|\bschrieb|\ba écrit|\bescribió|\bпише|\bнаписав)\s*(?:\([^()]*\)\s*)?:?\Z",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    r"(?:on|в|le|am|el|\d|пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|сред|четверг|пятниц|суббот"
    r"|воскресень|mon|tue|wed|thu|fri|sat|sun)",
    re.IGNORECASE,
)

_LABELS = {
    "from": "от|от кого|отправитель|from|von|de",
    "sent": "отправлено|дата|date|sent|послано|время|gesendet|дата отправки",
    "to": "кому|копия|to|cc|получатель|получатели|скрытая копия|bcc|an",
    "subject": "тема|subject|betreff|важность|importance|вложения|attachments|ответить|reply-to",
}
_LABEL = re.compile(
    r"\s*(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in _LABELS.items())
    + r")\s*:\s*(?P<value>.*)\Z",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"\s*[-_=]{2,}\s*(?:original message|original-nachricht|исходное сообщение|исходное письмо"
    r"|reply message|ответное сообщение|original appointment)\s*[-_=]{2,}\s*\Z",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"\s*[-_=]*\s*(?:forwarded message|begin forwarded message|forwarded by"
    r"|пересылаемое сообщение|пересылаемое письмо|пересланное сообщение|пересланное письмо"
    r"|перенаправленное сообщение|перенаправленное письмо|начало переадресованного сообщения"
    r"|начало переадресованного письма|конец пересылаемого сообщения)\b[^\n]{0,100}\Z",
    re.IGNORECASE,
)
_RULE_LINE = re.compile(r"^[ \t]*(?:(?:\\?_){10,}|\\?-{10,}|={10,}|\* \* \*)[ \t]*$", re.MULTILINE)
_FORWARD_PIECES = ("orward", "FORWARD", "ересыла", "ереслан", "еренапр", "ереадрес", "ПЕРЕ")
_CUT_HERE = re.compile(
    r"(?:please\s+)?(?:type|write|enter|put|add)?\s*(?:your\s+)?(?:reply|answer|response)\s+above"
    r"\s+(?:this|the)\s+line"
    r"|(?:reply|write|type)\s+above\s+this\s+line"
    r"|(?:пожалуйста,?\s+)?(?:ответьте|пишите|напишите|отвечайте|введите|вводите)"
    r"(?:\s+(?:свой|ваш)\s+ответ|\s+ответ)?\s+выше\s+этой\s+(?:строки|линии|черты)"
    r"|(?:ваш\s+)?ответ\s+(?:пишите\s+|напишите\s+)?выше\s+этой\s+(?:строки|линии|черты)",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"\s*(?:[-\u2013\u2014]{1,2}\s*)?(?:"
    r"(?:sent|отправлено|послано)\s+(?:from|с|со|из|via|через)\s+(?:my\s+|моего\s+|моей\s+)?[^\n]{2,80}"
    r"|(?:get|скачать|установить|получить)\s+outlook\s+(?:for|для)\s+[^\n]{2,40}"
    r"|простите за краткость[^\n]{0,80}|please excuse my brevity[^\n]{0,20})\s*\Z",
    re.IGNORECASE,
)
# `Отправлено из бухгалтерии` is a sentence; these words make a device or a program of it.
_DEVICE_WORD = re.compile(
    r"iphone|ipad|ios|android|samsung|galaxy|huawei|honor|xiaomi|redmi|mobile|мобильн|телефон"
    r"|смартфон|планшет|outlook|mail|почт|yahoo|gmail|windows|blackberry|nokia|устройств|device"
    r"|phone|proton|яндекс|yandex|thunderbird|spark|aqua|краткость|brevity",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"\s*--\s*\Z")


def plain_lines(text: str) -> list[str]:
    """Return the lines of text or Markdown as a person reads them: no emphasis, no links, no
    escapes, single blanks, long lines cut.
    """
    if "___" in text or "---" in text or "* * *" in text or "===" in text or "\\_" in text:
        text = _RULE_LINE.sub(RULE, text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if any(mark in text for mark in "*_\\&#"):
        text = _UNMARK.sub(lambda found: _UNMARKED.get(found[0], ""), text)
    text = text.replace("\xa0", " ").replace("\t", " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return [line.strip()[: MAX_LINE * 2] for line in text.split("\n")]


def is_attribution(line: str) -> bool:
    """Whether a line says who wrote the quotation below it, and when.

    ``On …, Anna wrote:``, ``пт, 5 апр. 2024 г. в 12:00, Анна <a@example.org>:``,
    ``05.04.2024 12:00, Анна пишет:``, ``… от Анна <a@example.org>:``
    """
    if not 10 <= len(line) <= MAX_LINE:
        return False
    verb = _VERB.search(line)
    if not verb and not line.endswith(":"):
        return False
    dated = bool(_DATE.search(line)) or bool(_TIME.search(line))
    if verb:
        return line.endswith(":") and (dated or bool(_ADDRESS.search(line)))
    return bool(_ADDRESS.search(line) and _DATE.search(line) and _TIME.search(line))


def begins_attribution(line: str) -> bool:
    """Whether an attribution that goes on in the next line may begin with this one."""
    dated = bool(_DATE.search(line[:MAX_LINE]) or _TIME.search(line[:MAX_LINE]))
    return dated and bool(_BEGINS.match(line))


def label(line: str) -> str:
    """Return which header a line shows: ``from``, ``sent``, ``to``, ``subject`` or ''."""
    if line.find(":", 0, 30) < 2:
        return ""
    found = _LABEL.match(line[:MAX_LINE])
    return next(kind for kind in _LABELS if found[kind]) if found else ""


def is_original(line: str) -> bool:
    """Whether a line is ``-----Original Message-----`` or its Russian twin."""
    return len(line) <= MAX_LINE and bool(_ORIGINAL.match(line))


def is_forward(line: str) -> bool:
    """Whether a line begins a forwarded mail."""
    return len(line) <= 200 and bool(_FORWARD.match(line))


def may_cut(text: str) -> bool:
    """Whether a cut mark can be anywhere in a text; quick."""
    return "above" in text or "выше" in text or "ABOVE" in text or "ВЫШЕ" in text


def may_forward(text: str) -> bool:
    """Whether the announcement of a forwarded mail can be anywhere in a text; quick."""
    return any(piece in text for piece in _FORWARD_PIECES)


def is_cut_mark(line: str) -> bool:
    """Whether a help desk asked to answer above this line."""
    return len(line) <= MAX_LINE and bool(_CUT_HERE.search(line))


def is_device_line(line: str) -> bool:
    """Whether a phone or a mail program signs: ``Отправлено с iPhone``."""
    return len(line) <= 120 and bool(_DEVICE.match(line)) and bool(_DEVICE_WORD.search(line))


def is_signature_mark(line: str) -> bool:
    """Whether a line is ``-- `` (RFC 3676, section 4.3), with or without its blank."""
    return len(line) <= 20 and bool(_SIGNATURE.match(line))
