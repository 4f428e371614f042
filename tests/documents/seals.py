"""What every provider of seals must do: the contract, to be run by the tests of each."""

import importlib
from datetime import datetime
from io import BytesIO
from typing import Any

from tracker.documents.pdf_seals import Check, SealFault, SealProvider

GENERIC: Any = importlib.import_module("pyhanko.pdf_utils.generic")
WRITER: Any = importlib.import_module("pyhanko.pdf_utils.incremental_writer")


def one_page() -> bytes:
    """A PDF of one blank page."""
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    data, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += b"%d 0 obj%sendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    foot = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    return data + b"xref\n0 4\n0000000000 65535 f \n" + table + foot


def updated(data: bytes) -> bytes:
    """A PDF to which somebody wrote an incremental update, as editors do."""
    writer = WRITER.IncrementalPdfFileWriter(BytesIO(data))
    writer.root["/Lang"] = GENERIC.pdf_string("zh-CN")
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def breaches(provider: SealProvider, check: Check, other: SealProvider, *, at: datetime) -> list[str]:
    """What a provider promises and does not keep; `other` is one that seals with another certificate."""
    plain = one_page()
    sealed = provider.seal(plain, reason="优均责〔2026〕1号", at=at)
    found = [] if (sealed.provider, bool(sealed.certificate_name)) == (provider.code, True) else ["names itself"]

    def faults(data: bytes) -> list[SealFault]:
        return check(data, certificate_sha256=sealed.certificate_sha256, at=at)

    sound = {"what it seals": sealed.data, "a second one": provider.seal(plain, reason="另一份", at=at).data}
    found += [f"accepts {name}" for name, data in sound.items() if faults(data)]
    said = {
        "no seal": (SealFault.UNSEALED, plain),
        "no PDF": (SealFault.UNREADABLE, b"no PDF at all"),
        "nothing": (SealFault.UNREADABLE, b""),
        "a blank after the end": (SealFault.ADDED_TO, sealed.data + b" "),
        "a remark after the end": (SealFault.ADDED_TO, sealed.data + b"\n% a remark\n"),
        "an incremental update": (SealFault.ADDED_TO, updated(sealed.data)),
        "two updates": (SealFault.ADDED_TO, updated(updated(sealed.data))),
        "another certificate": (SealFault.OTHER_CERTIFICATE, other.seal(plain, reason="另一张", at=at).data),
    }
    found += [f"names {name}" for name, (fault, data) in said.items() if fault not in faults(data)]
    unsound = {
        "an end that is hidden": sealed.data + bytes(5000),
        "another beginning": sealed.data + b"%PDF-1.7\n%%EOF\n",
        "a file cut off": sealed.data[: sealed.data.rindex(b"startxref")],
        **{f"byte {place}": _flipped(sealed.data, place) for place in (12, len(plain) // 2, len(plain) - 40)},
    }
    return found + [f"finds {name}" for name, data in unsound.items() if not faults(data)]


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
