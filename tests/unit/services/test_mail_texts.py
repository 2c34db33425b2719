"""The words of mails: complete in each language, and harmless as HTML whatever is filled in."""

import re

import pytest

from carrel.services.mail_texts import TEXTS, language_of, to_html, write_mail

VALUES = {
    "first_name": "Ada",
    "site": "Carrel",
    "address": "https://carrel.example.org",
    "help_email": "help@example.org",
    "link": "https://carrel.example.org/app?forgot=1&x=2",
    "hours": "1",
}


def places(language: str, name: str) -> set[str]:
    text = TEXTS[language][name]
    return set(re.findall(r"\$(\w+)", f"{text.subject} {text.body}"))


@pytest.mark.parametrize("name", TEXTS["en"])
def test_a_mail_says_the_same_in_each_language(name: str) -> None:
    assert {language: places(language, name) for language in TEXTS} == dict.fromkeys(TEXTS, places("en", name))


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("name", ["welcome", "verification", "reset"])
def test_nothing_is_left_to_be_filled_in(name: str, language: str) -> None:
    subject, text = write_mail(name, language, VALUES)
    assert "$" not in subject + text
    assert subject != write_mail(name, "en" if language == "de" else "de", VALUES)[0]
    assert VALUES["link"] in text
    assert "Ada," in text


def test_who_has_no_name_is_greeted_without_one() -> None:
    assert write_mail("reset", "en", VALUES | {"first_name": ""})[1].startswith("Hello,\n\n")


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE_ch", "de"),
        ("en", "en"),
        ("fr", "en"),
        ("", "en"),
        (None, "en"),
        ("frame", "en"),
    ],
)
def test_a_language_that_we_do_not_have_is_english(locale: str | None, language: str) -> None:
    assert language_of(locale) == language


def test_html_is_paragraphs_with_links_and_whatever_else_is_said_is_text() -> None:
    html = to_html('Hello <script>"x"</script>,\n\nsee https://a.example/?b=1&c="d, or\nhttps://e.example/.\n')
    assert "<script>" not in html
    assert "<p>Hello &lt;script&gt;&quot;x&quot;&lt;/script&gt;,</p>" in html
    assert '<a href="https://a.example/?b=1&amp;c=">https://a.example/?b=1&amp;c=</a>&quot;d, or<br>\n' in html
    assert '<a href="https://e.example/">https://e.example/</a>.</p>' in html
    assert "javascript" not in to_html("javascript:alert(1)").replace("<p>javascript:alert(1)</p>", "")
