"""Reading a mail: from any bytes to words, files and facts, without a fault and in bounded time."""

from tracker.core.mail.attachments import link_attachments
from tracker.core.mail.automatic import classify
from tracker.core.mail.model import Automatic, Bounce, Failure, Mail, Part
from tracker.core.mail.reader import LOOP_HEADER, read_mail
from tracker.core.mail.subjects import clean_subject
from tracker.core.mail.trust import verdict

__all__ = [
    "LOOP_HEADER",
    "Automatic",
    "Bounce",
    "Failure",
    "Mail",
    "Part",
    "classify",
    "clean_subject",
    "link_attachments",
    "read_mail",
    "verdict",
]
