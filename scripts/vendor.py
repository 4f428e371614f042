"""Brings the front-end libraries into static/vendor/ and proves that they are unchanged.

`python scripts/vendor.py fetch` needs npm and a network; `python scripts/vendor.py verify` needs neither.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"
SPRITE = "icons.svg"


class Package(NamedTuple):
    """One published version, and which of its files are served (path in the package → name in static/vendor/)."""

    name: str
    version: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "bootstrap",
        "5.3.9",
        {"dist/css/bootstrap.min.css": "bootstrap.min.css", "LICENSE": "bootstrap.LICENSE.txt"},
    ),
    Package("htmx.org", "2.0.11", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE.txt"}),
    Package(
        "signature_pad",
        "5.1.4",
        {"dist/signature_pad.umd.min.js": "signature_pad.umd.min.js", "LICENSE": "signature_pad.LICENSE.txt"},
    ),
    Package("@tabler/icons", "3.51.0", {"LICENSE": "icons.LICENSE.txt"}),
)

ICON_NAMES = """
activity adjustments alert-circle alert-triangle archive arrow-back-up arrow-left arrow-right ban bell bolt
briefcase building building-community calendar calendar-due calendar-event calendar-off calendar-plus check checks
chevron-down chevron-left chevron-right chevron-up circle-check clipboard-check clipboard-list clock contrast copy
database device-floppy dots download edit external-link eye eye-off file-certificate file-description
file-plus file-spreadsheet file-text filter flag flag-exclamation gavel help-circle history home hourglass id-badge
inbox info-circle key keyboard language layout-dashboard link list-check list-details lock login logout mail map-pin
menu-2 message minus moon notebook paperclip pencil phone player-pause player-play plus printer qrcode refresh repeat
report-analytics rubber-stamp school search selector send settings shield-check signature sitemap sort-descending
speakerphone star subtask sun table target text-size timeline trash upload user user-check user-plus users x
"""


def main(arguments: list[str]) -> int:
    """Do what the one argument says; the exit status is 0 when all is well."""
    if arguments == ["fetch"]:
        fetch()
        return verify()
    if arguments == ["verify"]:
        return verify()
    print("usage: vendor.py fetch | verify", file=sys.stderr)
    return 2


def fetch() -> None:
    """Download each package, keep the listed files, and write down what was kept."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    packages = []
    files: dict[str, dict[str, str]] = {}
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            archive, integrity = pack(package, Path(folder))
            contents = {target: member(archive, path) for path, target in package.files.items()}
            if package.name == "@tabler/icons":
                contents[SPRITE] = sprite(archive)
        packages.append({"name": package.name, "version": package.version, "integrity": integrity})
        for target, content in contents.items():
            (VENDOR / target).write_bytes(content)
            files[target] = {"package": f"{package.name}@{package.version}", "sha256": sha256(content)}
    manifest = {"packages": packages, "files": dict(sorted(files.items()))}
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def pack(package: Package, folder: Path) -> tuple[Path, str]:
    """Let npm fetch and check the published archive; return it with npm's integrity string."""
    command = ["npm", "pack", "--json", f"{package.name}@{package.version}"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    [entry] = json.loads(done.stdout)
    return folder / entry["filename"], entry["integrity"]


def member(archive: Path, path: str) -> bytes:
    """The content of one file of the package."""
    with tarfile.open(archive) as opened:
        stream = opened.extractfile(f"package/{path}")
        if stream is None:
            raise FileNotFoundError(path)
        return stream.read()


def sprite(archive: Path) -> bytes:
    """All icons that the pages use in one SVG file, each a symbol named as Tabler names it."""
    symbols = []
    with tarfile.open(archive) as opened:
        for icon in ICON_NAMES.split():
            stream = opened.extractfile(f"package/icons/outline/{icon}.svg")
            if stream is None:
                raise FileNotFoundError(icon)
            drawing = re.sub(r"<!--.*?-->", "", stream.read().decode(), flags=re.DOTALL)
            inside = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]
            paths = " ".join(inside.split()).replace("> <", "><")
            symbols.append(f'<symbol id="{icon}" viewBox="0 0 24 24">{paths}</symbol>')
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def verify() -> int:
    """Compare static/vendor/ with its manifest and the manifest with the table above."""
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    wanted = {(package.name, package.version) for package in PACKAGES}
    found = {(package["name"], package["version"]) for package in manifest["packages"]}
    faults = [f"{name}@{version}: not fetched, or not listed any more" for name, version in sorted(wanted ^ found)]
    listed = {target: entry["sha256"] for target, entry in manifest["files"].items()}
    present = {path.name: sha256(path.read_bytes()) for path in VENDOR.iterdir() if path != MANIFEST}
    faults += [
        f"static/vendor/{name}: missing, changed, or not in the manifest"
        for name in sorted(listed.keys() | present.keys())
        if listed.get(name) != present.get(name)
    ]
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / SPRITE).read_text(encoding="utf-8")))
    faults += [
        f"icon {name}: not in {SPRITE}, or not listed any more" for name in sorted(drawn ^ set(ICON_NAMES.split()))
    ]
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(f"static/vendor: {len(listed)} files as in the manifest")
    return 1 if faults else 0


def sha256(content: bytes) -> str:
    """The checksum as the manifest writes it."""
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
