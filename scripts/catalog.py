"""The message catalogues: Chinese in the code, English in one file a feature.

    catalog.py update [FEATURE …]   bring translations/en/LC_MESSAGES/<feature>.po up to date with the texts in the code
    catalog.py compile              join them into the messages.mo that the product reads
    catalog.py check                tell what is missing, stale or contradictory

A feature is a folder under tracker/ or templates/; what belongs to none (kernel, components, errors) is `base`.
"""

import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations" / "en" / "LC_MESSAGES"
COMPILED = FOLDER / "messages.mo"
BASE = "base"
KEEP = "Chinese kept"
"""Translator's comment on an entry whose English rightly holds Chinese."""

HEADER = """\
msgid ""
msgstr ""
"Language: en\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_l": None,
    "_p": ((1, "c"), 2),
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}

HAN = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
UNNAMED = re.compile(r"%(?![(%])[sdrf]")


def feature_of(file: Path) -> str:
    """Which catalogue the texts of a file belong to."""
    top, *inner = file.relative_to(ROOT).parts
    name = inner[0] if len(inner) > 1 else BASE
    is_feature = (ROOT / "tracker" / name).is_dir() and name != "kernel"
    return name if top in {"tracker", "templates"} and is_feature else BASE


def sources() -> Iterator[tuple[Path, str]]:
    """Every file that may hold texts, with the method that reads it."""
    for file in sorted((ROOT / "tracker").rglob("*.py")):
        yield file, "python"
    for file in sorted((ROOT / "templates").rglob("*")):
        if file.is_file():
            yield file, "jinja2.ext:babel_extract"


def extract() -> dict[str, Catalog]:
    """All texts in the code, by feature."""
    found: dict[str, Catalog] = defaultdict(lambda: Catalog(locale="en"))
    for file, method in sources():
        options = {"newstyle_gettext": "true", "silent": "false"} if "jinja2" in method else {}
        for _line, text, _comments, context in extract_from_file(method, file, KEYWORDS, (), options):
            found[feature_of(file)].add(text, context=context)
    return dict(found)


def stored() -> dict[str, Catalog]:
    """The catalogues as they are kept."""
    found = {}
    for file in sorted(FOLDER.glob("*.po")):
        with file.open("rb") as stream:
            found[file.stem] = read_po(stream, locale="en", abort_invalid=True)
    return found


def entries(catalog: Catalog) -> Iterator[Message]:
    """The messages of a catalogue, without its header."""
    return (message for message in catalog if message.id)


def key(message: Message) -> tuple[str, str | None]:
    """What tells one message from another."""
    return (message.id if isinstance(message.id, str) else message.id[0], message.context)


def english(message: Message) -> tuple[str, ...]:
    """The English of a message, one text a plural form."""
    text = message.string or ""
    return (text,) if isinstance(text, str) else tuple(text)


def merged(fresh: Catalog, kept: Catalog | None, memory: dict[tuple[str, str | None], Message]) -> Catalog:
    """The texts in the code with the English that they have, here or in another feature."""
    result = Catalog(locale="en")
    own = {key(message): message for message in entries(kept)} if kept is not None else {}
    for message in entries(fresh):
        known = own.get(key(message)) or memory.get(key(message))
        usable = known is not None and isinstance(known.id, str) == isinstance(message.id, str)
        result.add(
            message.id,
            known.string if known is not None and usable else None,
            context=message.context,
            flags=message.flags | (known.flags & {"fuzzy"} if known is not None else set()),
            user_comments=known.user_comments if known is not None else (),
        )
    return result


def written(catalog: Catalog) -> bytes:
    """A catalogue as it stands in its file: sorted, without dates and line numbers, so that only texts change it."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    return HEADER.encode() + buffer.getvalue().lstrip(b"\n")


def up_to_date() -> dict[str, bytes]:
    """What every catalogue file should hold."""
    kept = stored()
    memory = {key(m): m for catalog in kept.values() for m in entries(catalog) if any(english(m)) and not m.fuzzy}
    return {name: written(merged(fresh, kept.get(name), memory)) for name, fresh in extract().items()}


def update(features: Sequence[str]) -> int:
    """Write the catalogues of the named features, or of all."""
    wanted = up_to_date()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in features or sorted({*wanted, *(file.stem for file in FOLDER.glob("*.po"))}):
        file = FOLDER / f"{name}.po"
        if name not in wanted:
            file.unlink(missing_ok=True)
            continue
        file.write_bytes(wanted[name])
        with file.open("rb") as stream:
            messages = list(entries(read_po(stream, locale="en")))
        missing = sum(not all(english(message)) for message in messages)
        print(f"{name}: {len(messages)} texts, {missing} without English")
    return 0


def compile_all() -> int:
    """Join all catalogues into the one that the product reads."""
    joined = Catalog(locale="en")
    for catalog in stored().values():
        for message in entries(catalog):
            if all(english(message)) and not message.fuzzy:
                joined.add(message.id, message.string, context=message.context)
    FOLDER.mkdir(parents=True, exist_ok=True)
    fresh = COMPILED.with_suffix(".new")
    with fresh.open("wb") as stream:
        write_mo(stream, joined)
    fresh.replace(COMPILED)
    return 0


def faults_of(message: Message) -> Iterator[str]:
    """What is wrong with one translation."""
    originals = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    wanted = {name for text in originals for name in PLACEHOLDER.findall(text)}
    if any(UNNAMED.search(text) for text in originals) and "python-format" in message.flags:
        yield "name the placeholders: %(name)s"
    if message.fuzzy:
        yield "fuzzy"
    if not all(english(message)):
        yield "no English"
        return
    for number, text in enumerate(english(message)):
        given = set(PLACEHOLDER.findall(text))
        # “1 task” need not repeat its number.
        missing = wanted - given if number or len(english(message)) == 1 else set()
        if missing or given - wanted:
            yield f"placeholders differ: {sorted(missing | (given - wanted))}"
        if HAN.search(text) and not any(KEEP in comment for comment in message.user_comments):
            yield f"Chinese in the English (meant so? comment the entry “# {KEEP}”)"


def contradictions(catalogs: dict[str, Catalog]) -> Iterator[str]:
    """Texts that two features put into different English; a context (pgettext) tells them apart."""
    seen: dict[tuple[str, str | None], dict[tuple[str, ...], str]] = defaultdict(dict)
    for name, catalog in catalogs.items():
        for message in entries(catalog):
            if all(english(message)):
                seen[key(message)].setdefault(english(message), name)
    for (text, _context), versions in sorted(seen.items(), key=lambda item: (item[0][0], item[0][1] or "")):
        if len(versions) > 1:
            told = "; ".join(f"{name}: “{forms[0]}”" for forms, name in versions.items())
            yield f"“{text}” has several translations ({told})"


def bare_chinese() -> Iterator[str]:
    """Chinese in templates that no translation can reach."""
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    for file, method in sources():
        if "jinja2" not in method:
            continue
        tree = environment.parse(file.read_text(encoding="utf-8"), str(file))
        for line, text in _bare(tree):
            yield f"{file.relative_to(ROOT)}:{line}: “{text.strip()[:30]}” stands outside gettext"


def _bare(node: nodes.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in KEYWORDS:
        for argument in node.kwargs:
            yield from _bare(argument)
        return
    text = node.data if isinstance(node, nodes.TemplateData) else node.value if isinstance(node, nodes.Const) else None
    # A language is called by its own name in every language.
    if isinstance(text, str) and (found := HAN.search(text.replace("中文", "  "))):
        yield node.lineno + text.count("\n", 0, found.start()), text[found.start() :]
    for child in node.iter_child_nodes():
        yield from _bare(child)


def faults() -> Iterator[str]:
    """Everything that is wrong with the catalogues."""
    wanted = up_to_date()
    kept = {file.stem: file.read_bytes() for file in FOLDER.glob("*.po")}
    for name in sorted({*wanted, *kept}):
        if wanted.get(name) != kept.get(name):
            yield f"translations/en/LC_MESSAGES/{name}.po is not up to date: make messages"
    catalogs = stored()
    for name, catalog in catalogs.items():
        for message in entries(catalog):
            for fault in faults_of(message):
                yield f"{name}.po: “{key(message)[0][:40]}”: {fault}"
    yield from contradictions(catalogs)
    yield from bare_chinese()


def check() -> int:
    """Print every fault; 1 if there is one."""
    found = list(faults())
    print("\n".join(found))
    return 1 if found else 0


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says."""
    match list(arguments):
        case ["update", *features]:
            return update(features)
        case ["compile"]:
            return compile_all()
        case ["check"]:
            return check()
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
