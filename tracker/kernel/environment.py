"""The environment's variables, read one by one; whatever is wrong is said with its name."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path


class SettingsError(ValueError):
    """A setting is wrong. The message names the variable, what it holds and what it may hold."""


class Variables:
    """The environment, and which of its variables were asked for."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        # For the tests, not for the program.
        self._known = {"ZEREN_REQUIRE_ALL"}

    def text(self, name: str) -> str:
        """Return what a variable holds; nothing where it is not set."""
        self._known.add(name)
        return self._environ.get(name, "").strip()

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        text = self.text(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
            raise SettingsError(f"{name} must be a whole number from {low} to {high}, not {text!r}")
        return int(text)

    def flag(self, name: str, *, default: bool) -> bool:
        words = {"": default, "1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        text = self.text(name).lower()
        if text not in words:
            raise SettingsError(f"{name} must be 1 or 0, not {text!r}")
        return words[text]

    def one_of(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        text = self.text(name) or default
        for value in allowed:
            if value.lower() == text.lower():
                return value
        raise SettingsError(f"{name} must be one of {', '.join(allowed)}, not {text!r}")

    def folder(self, name: str, default: Path) -> Path:
        text = self.text(name)
        if not text:
            return default
        path = Path(text).expanduser()
        if not path.is_absolute():
            raise SettingsError(f"{name} must be an absolute path, not {text!r}")
        return path

    def file(self, name: str) -> Path | None:
        text = self.text(name)
        if not text:
            return None
        path = Path(text).expanduser()
        if not path.is_absolute() or not path.is_file():
            raise SettingsError(f"{name} must be the absolute path of a file, not {text!r}")
        return path

    def refuse_unknown(self) -> None:
        """A misspelt setting would otherwise be a setting silently not made."""
        own = {name for name in self._environ if name.startswith("ZEREN_")}
        if own - self._known:
            known = ", ".join(sorted(name for name in self._known if name.startswith("ZEREN_")))
            raise SettingsError(f"unknown setting {', '.join(sorted(own - self._known))}; known: {known}")


def kept_key(path: Path) -> str:
    """Return the key in the file, making it if need be; of two processes that start at once, one makes it."""
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            # A link, unlike a rename, leaves a key that another process made first in place.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    key = path.read_text(encoding="ascii").strip()
    if len(key) < 32:
        raise SettingsError(f"{path} is damaged: it must hold at least 32 characters")
    return key
