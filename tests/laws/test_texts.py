"""Texts that people read carry no markup that somebody typed."""

from flask import Flask

from tracker.kernel.text import _l


def test_a_name_put_into_a_sentence_stays_a_name_on_the_page(app: Flask) -> None:
    sentence = _l("“%(name)s”已有账号。", name="<img src=x onerror=alert(1)>")
    with app.test_request_context("/"):
        page = app.jinja_env.from_string("{{ sentence }}{{ list[0] }}").render(sentence=sentence, list=[sentence])
        assert "<img" not in page
        assert page.count("&lt;img") == 2
        assert "<img" in str(sentence)
