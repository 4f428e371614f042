"""The lint of templates finds what the content security policy, escaping and the forgery token forbid."""

import pytest

from scripts.lint_templates import fault_of_place, faults_in


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ('<p style="color:red">', '<p class="z-red">'),
        ("<style>p{}</style>", '<link rel="stylesheet" href="{{ x }}">'),
        ("<script>go()</script>", '<script src="{{ x }}" defer></script>'),
        ('<a onclick="go()">', '<a data-once="go">'),
        ('<a hx-on:click="go()">', '<a hx-get="/x">'),
        ('<a href="javascript:go()">', '<a href="/x">'),
        ('<img src="https://cdn.example/x.png">', '<img src="{{ url }}">'),
        ("{{ text|safe }}", "{{ text }}"),
        ("{% autoescape false %}", "{% autoescape true %}"),
        ('<form method="post"></form>', '<form method="post">{{ csrf() }}</form>'),
        ('<form method="post"></form>', '<form method="get"></form>'),
    ],
)
def test_what_is_forbidden_is_found_and_what_is_allowed_is_not(bad: str, good: str) -> None:
    assert [line for line, _sentence in faults_in(f"\n{bad}")] == [2]
    assert list(faults_in(f"\n{good}")) == []


def test_comments_may_speak_of_what_is_forbidden() -> None:
    assert list(faults_in("{# no style= here #}<!-- nor <script> -->")) == []


@pytest.mark.parametrize(
    ("parts", "extends", "right"),
    [
        (("tasks", "show.html"), True, True),
        (("tasks", "show.html"), False, False),
        (("tasks", "_row.html"), False, True),
        (("tasks", "_row.html"), True, False),
        (("ghosts", "show.html"), True, False),
        (("components", "bits.html"), False, True),
        (("base.html",), False, True),
        (("show.html",), True, False),
    ],
)
def test_a_template_lies_in_its_feature_and_is_called_what_it_is(
    parts: tuple[str, ...], extends: bool, right: bool
) -> None:
    assert (fault_of_place(parts, extends=extends, features={"tasks"}) is None) == right
