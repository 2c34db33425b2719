"""The words of our mails, in the languages that we have: a subject and paragraphs, with places for names and links.

A mail is written as plain text, which is what is stored and what an admin sees of one that could not be sent. Its HTML
is made of that text when it is sent: each paragraph is escaped, and what looks like the address of a page is a link.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from string import Template
from typing import Final

ENGLISH: Final = "en"
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")
_PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class MailText:
    """A template; `$name` stands for what is filled in."""

    subject: str
    body: str

    def fill(self, frame: "MailText", values: Mapping[str, str]) -> tuple[str, str]:
        """The subject and the whole text, which the body of `frame` surrounds as its `$text`."""
        text = Template(self.body).substitute(values)
        return Template(self.subject).substitute(values), Template(frame.body).substitute(values, text=text)


TEXTS: Mapping[str, Mapping[str, MailText]] = {
    "en": {
        "frame": MailText("", "Hello $first_name,\n\n$text\n\nQuestions? Write to $help_email.\n"),
        "welcome": MailText(
            "Welcome to $site",
            "your account on $site is ready: $address\n\nConfirm that this is your address:\n\n$link",
        ),
        "verification": MailText(
            "$site: Confirm your e-mail address",
            "confirm that this is your address on $site, within a day:\n\n$link",
        ),
        "reset": MailText(
            "$site Password Reset",
            "somebody has asked to set a new password for your account on $site. If that was you, go on here, within "
            "$hours h:\n\n$link\n\nIf it was not, you need not do anything: your password stays as it is.",
        ),
    },
    "de": {
        "frame": MailText("", "Hallo $first_name,\n\n$text\n\nFragen? Schreiben Sie an $help_email.\n"),
        "welcome": MailText(
            "Willkommen bei $site",
            "Ihr Konto bei $site ist bereit: $address\n\nBestätigen Sie, dass dies Ihre Adresse ist:\n\n$link",
        ),
        "verification": MailText(
            "$site: Bestätigen Sie Ihre E-Mail-Adresse",
            "bestätigen Sie innerhalb eines Tages, dass dies Ihre Adresse bei $site ist:\n\n$link",
        ),
        "reset": MailText(
            "$site: Neues Passwort",
            "jemand möchte für Ihr Konto bei $site ein neues Passwort setzen. Wenn Sie das sind, geht es hier weiter, "
            "innerhalb von $hours h:\n\n$link\n\nWenn nicht, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.",
        ),
    },
}


def language_of(locale: str | None) -> str:
    """The language for a locale such as `de-AT`; English for those that we do not have."""
    language = (locale or "").replace("_", "-").partition("-")[0].lower()
    return language if language in TEXTS else ENGLISH


def write_mail(name: str, language: str, values: Mapping[str, str]) -> tuple[str, str]:
    """The subject and the text of the mail `name`, for somebody whose `first_name` may be empty."""
    texts = TEXTS[language]
    subject, body = texts[name].fill(texts["frame"], values)
    return subject, body.replace(" ,", ",", 1) if not values["first_name"] else body


def to_html(text: str) -> str:
    """The text of a mail as an HTML document."""
    paragraphs = (_paragraph(part) for part in _PARAGRAPHS.split(text.strip()))
    return "\n".join(
        ['<!doctype html>\n<html>\n<body style="font-family: sans-serif">', *paragraphs, "</body>\n</html>\n"]
    )


def _paragraph(text: str) -> str:
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = escape(found.group())
        parts += [escape(text[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    parts.append(escape(text[end:]))
    return "<p>" + "".join(parts).replace("\n", "<br>\n") + "</p>"
