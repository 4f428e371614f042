"""What templates may not do: break the content security policy, skip escaping or the forgery token, or be misplaced."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"

COMMON_FOLDERS = {"components", "errors"}

FORBIDDEN: tuple[tuple[str, str], ...] = (
    (r"<style\b", "a style element: styles live in static/css (CSP)"),
    (r"""\sstyle\s*=""", "a style attribute: styles live in static/css (CSP)"),
    (r"<script\b(?![^>]*\ssrc=)", "an inline script: scripts live in static/js (CSP)"),
    (r"""\s(?:on[a-z]+|hx-on[\w:-]*)\s*=\s*["']""", "an inline handler: scripts live in static/js (CSP)"),
    (r"""["'\s]javascript:""", "a javascript: address (CSP)"),
    (r"""\b(?:src|href|action)\s*=\s*["'](?:https?:)?//""", "an address outside this installation"),
    (r"\|\s*safe\b", "|safe: text from people would run as markup"),
    (r"\{%-?\s*autoescape\s+false", "autoescape off: text from people would run as markup"),
    (r"\bMarkup\s*\(", "Markup(): text from people would run as markup"),
)
COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)
FORM = re.compile(r"<form\b(?P<open>[^>]*)>(?P<inside>.*?)(?:</form>|\Z)", re.DOTALL | re.IGNORECASE)
POST = re.compile(r"""method\s*=\s*["']?post""", re.IGNORECASE)
TOKEN = re.compile(r"\bcsrf(?:_token|_field)?\s*\(")
EXTENDS = re.compile(r"\{%-?\s*extends\b")


def without_comments(text: str) -> str:
    """The text with comments blanked, line numbers unchanged."""
    return COMMENT.sub(lambda found: "\n" * found.group().count("\n"), text)


def faults_in(text: str) -> Iterator[tuple[int, str]]:
    """Line and sentence for everything wrong inside one template."""
    text = without_comments(text)
    for pattern, sentence in FORBIDDEN:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            yield text.count("\n", 0, found.end()) + 1, sentence
    for form in FORM.finditer(text):
        if POST.search(form["open"]) and not TOKEN.search(form["inside"]):
            yield text.count("\n", 0, form.start()) + 1, "a POST form without {{ csrf() }}"


def fault_of_place(parts: tuple[str, ...], *, extends: bool, features: set[str]) -> str | None:
    """What is wrong with where a template lies and what it is called."""
    *folders, name = parts
    if not folders:
        return None if name.startswith("base") else "only base templates lie at the top"
    if folders[0] not in COMMON_FOLDERS | features:
        return f"no feature is called {folders[0]}"
    if folders[0] in COMMON_FOLDERS or not name.endswith(".html"):
        return None
    if name.startswith("_") == extends:
        return "a fragment starts with _ and extends nothing; a page does neither"
    return None


def faults() -> Iterator[str]:
    """Everything wrong with the templates."""
    features = {file.parent.name for file in (ROOT / "tracker").glob("*/__init__.py")} - {"kernel"}
    for file in sorted(TEMPLATES.rglob("*")):
        if not file.is_file():
            continue
        text = file.read_text(encoding="utf-8")
        place = file.relative_to(ROOT)
        misplaced = fault_of_place(
            file.relative_to(TEMPLATES).parts, extends=bool(EXTENDS.search(text)), features=features
        )
        if misplaced:
            yield f"{place}: {misplaced}"
        for line, sentence in sorted(faults_in(text)):
            yield f"{place}:{line}: {sentence}"


def main() -> int:
    """Print every fault; 1 if there is one."""
    found = list(faults())
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
