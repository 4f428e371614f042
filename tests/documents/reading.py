"""How a made PDF is measured: where each word stands, by Poppler."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

MM = 72 / 25.4
PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)
WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>', re.DOTALL)


@dataclass(frozen=True)
class Word:
    """A word on a page; lengths in mm from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


@dataclass(frozen=True)
class Page:
    """A page and its words."""

    width: float
    height: float
    words: tuple[Word, ...]

    @property
    def rows(self) -> list[str]:
        """Its lines, from the top down, without spaces."""
        lines: dict[int, list[Word]] = {}
        for word in self.words:
            lines.setdefault(round((word.top + word.bottom) / 2), []).append(word)
        return ["".join(w.text for w in sorted(lines[at], key=lambda w: w.left)) for at in sorted(lines)]

    @property
    def text(self) -> str:
        """All of its words, without spaces."""
        return "".join(word.text for word in self.words)

    @property
    def body(self) -> str:
        """Its words above the page number, without spaces."""
        return "".join(word.text for word in self.words if word.top < self.height - 35)

    def find(self, text: str) -> Word:
        """The first word that holds this text."""
        return next(word for word in self.words if text in word.text)


def poppler(program: str) -> str:
    """A program of Poppler's; without it the test is skipped."""
    found = shutil.which(program)
    if found is None:
        pytest.skip("Poppler is not installed (poppler-utils)")
    return found


def pages(path: Path) -> list[Page]:
    """The pages of a PDF."""
    made = subprocess.run([poppler("pdftotext"), "-bbox", path, "-"], capture_output=True, check=True, text=True)
    return [
        Page(
            float(width) / MM,
            float(height) / MM,
            tuple(_word(*found) for found in WORD.findall(body)),
        )
        for width, height, body in PAGE.findall(made.stdout)
    ]


def _word(left: str, top: str, right: str, bottom: str, text: str) -> Word:
    return Word(float(left) / MM, float(top) / MM, float(right) / MM, float(bottom) / MM, unescape(text))


def pictures(path: Path) -> list[int]:
    """On which pages pictures stand."""
    made = subprocess.run([poppler("pdfimages"), "-list", path], capture_output=True, check=True, text=True)
    return [int(line.split()[0]) for line in made.stdout.splitlines()[2:]]
