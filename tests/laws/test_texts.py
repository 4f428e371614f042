"""Texts that people read carry no markup that somebody typed."""

import re

from flask import Flask

from config import ROOT
from tracker.kernel.text import _l


def test_a_name_put_into_a_sentence_stays_a_name_on_the_page(app: Flask) -> None:
    sentence = _l("“%(name)s”已有账号。", name="<img src=x onerror=alert(1)>")
    with app.test_request_context("/"):
        page = app.jinja_env.from_string("{{ sentence }}{{ list[0] }}").render(sentence=sentence, list=[sentence])
        assert "<img" not in page
        assert page.count("&lt;img") == 2
        assert "<img" in str(sentence)


LIMITS = re.compile(r"(?:[Aa]t most|at least|within|[Mm]ore than|the first|has|after|MB and) $")
COUNTED = re.compile(
    r"%\(\w+\)s (?:more |working |\w+ed )?"
    r"(?:tasks|sub-tasks|drafts|letters|units|pages|days|parts|clauses|opinions|handovers|lines|targets|rows|acts|files"
    r"|questions|accounts|reports|notices|flags|deliveries|messages)\b"
)


def test_english_never_says_one_tasks() -> None:
    faults = []
    for file in sorted((ROOT / "translations" / "en").rglob("*.po")):
        for english in re.findall(r'^msgstr "(.*)"$', file.read_text(encoding="utf-8"), re.MULTILINE):
            found = COUNTED.search(english)
            if found is not None and not LIMITS.search(english[: found.start()]):
                faults.append(f"{file.stem}: {english}")
    assert faults == []
