"""The gate before any parsing: size, kind and structure of a file that somebody brings."""

import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from .errors import UnreadableDocument

MAX_FILE = 20 * 1024 * 1024
MAX_TEXT = 2 * 1024 * 1024
MAX_MEMBERS = 2000
MAX_UNPACKED = 120 * 1024 * 1024
MAX_PART = 8 * 1024 * 1024
MAX_RATIO = 200
MAX_CHARACTERS = 200_000
MAX_ELEMENTS = 400_000
MAX_DEPTH = 120
_MAIN = "wordprocessingml.document.main+xml"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def load(source: str | Path | bytes, filename: str | None) -> tuple[bytes, str]:
    """The bytes of a file and its extension, refused when too large or of another kind."""
    name = filename or (str(source) if not isinstance(source, bytes) else "")
    suffix = Path(name).suffix.lower()
    if isinstance(source, bytes):
        data = source
    else:
        path = Path(source)
        try:
            if path.exists() and not (path.is_file() or path.is_dir()):
                raise UnreadableDocument("wrong_kind")  # a pipe or a device may never end
            if path.stat().st_size > MAX_FILE:
                raise UnreadableDocument("too_large")
            data = path.read_bytes()
        except OSError as error:
            raise UnreadableDocument("missing") from error
    if len(data) > MAX_FILE:
        raise UnreadableDocument("too_large")
    if not data.strip(b" \t\r\n\x00"):
        raise UnreadableDocument("empty")
    if suffix == ".doc" or data.startswith(_OLD):
        raise UnreadableDocument("old_word")
    if suffix == ".docm":
        raise UnreadableDocument("macro")
    if suffix not in (".txt", ".docx"):
        raise UnreadableDocument("wrong_kind")
    return data, suffix


class Package:
    """An opened .docx whose structure was found harmless."""

    def __init__(self, data: bytes) -> None:
        if not data.startswith(b"PK\x03\x04"):
            raise UnreadableDocument("not_docx")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise UnreadableDocument("damaged") from error
        infos = self._zip.infolist()
        if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_UNPACKED:
            raise UnreadableDocument("bomb")
        for info in infos:
            if info.file_size > 1_000_000 and info.file_size > MAX_RATIO * max(1, info.compress_size):
                raise UnreadableDocument("bomb")
            if info.flag_bits & 0x1:
                raise UnreadableDocument("damaged")
            if info.filename.lower().endswith(("vbaproject.bin", "vbadata.xml")):
                raise UnreadableDocument("macro")
        self._names = {info.filename for info in infos}
        self.main = self._main_part()

    def _main_part(self) -> str:
        if "[Content_Types].xml" not in self._names:
            raise UnreadableDocument("not_docx")
        types = parse_xml(self.read("[Content_Types].xml"))
        for element in types.iter():
            kind = element.get("ContentType", "")
            if "macroEnabled" in kind:
                raise UnreadableDocument("macro")
            if kind.endswith(_MAIN):
                part = element.get("PartName", "").lstrip("/")
                if part in self._names:
                    return part
        raise UnreadableDocument("not_docx")

    def read(self, name: str) -> bytes:
        """One part, never more of it than a plan can need."""
        try:
            with self._zip.open(name) as part:
                data = part.read(MAX_PART + 1)
        except KeyError:
            return b""
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
            raise UnreadableDocument("damaged") from error
        except Exception as error:  # zlib and lzma raise errors of their own
            raise UnreadableDocument("damaged") from error
        if len(data) > MAX_PART:
            raise UnreadableDocument("bomb")
        return data

    def sibling(self, name: str) -> Element | None:
        """A part beside the main one, such as styles.xml; None where the document has none."""
        path = self.main.rsplit("/", 1)[0] + "/" + name if "/" in self.main else name
        data = self.read(path) if path in self._names else b""
        return parse_xml(data) if data else None


def parse_xml(data: bytes) -> Element:
    """Parse without DTD, entities or anything from outside."""
    if data.count(b"<") > MAX_ELEMENTS * 2:
        raise UnreadableDocument("bomb")
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnreadableDocument("bomb") from error
    except (ParseError, ValueError, LookupError) as error:
        raise UnreadableDocument("damaged") from error
    _refuse_depth(root)
    return root


def _refuse_depth(root: Element) -> None:
    """Refuse what is nested deeper than any document, before anything walks down into it."""
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise UnreadableDocument("bomb")


def decode(data: bytes) -> str:
    """Text of a .txt file in UTF-8, UTF-16 or a Chinese national encoding."""
    if len(data) > MAX_TEXT * 2:
        raise UnreadableDocument("too_long")
    if data.startswith(
        (b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"{\\rtf", b"Rar!", b"7z\xbc\xaf")
    ):
        raise UnreadableDocument("not_text")
    text = _decoded(data)
    if "\x00" in text or sum(1 for char in text if ord(char) < 32 and char not in "\t\r\n\f\x0b") > max(
        3, len(text) // 200
    ):
        raise UnreadableDocument("not_text")
    if len(text) > MAX_CHARACTERS:
        raise UnreadableDocument("too_long")
    if not text.strip("\ufeff \t\r\n\u3000\u00a0\u200b"):
        raise UnreadableDocument("empty")
    return text


def _decoded(data: bytes) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        return _try(data, "utf-8-sig") or _fail()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _try(data, "utf-16") or _fail()
    if b"\x00" in data[:4000]:
        even, odd = data[0:4000:2].count(0), data[1:4000:2].count(0)
        text = _try(data, "utf-16-be" if even > odd else "utf-16-le")
        if text is not None and _reads_chinese(text):
            return text
        raise UnreadableDocument("not_text")
    text = _try(data, "utf-8")
    if text is not None:
        return text
    for encoding in ("gb18030", "utf-16-le", "utf-16-be", "big5hkscs"):
        text = _try(data, encoding)
        if text is not None and _reads_chinese(text):
            return text
    return _fail()


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeError:
        return None


def _fail() -> str:
    raise UnreadableDocument("encoding")


_COMMON = frozenset(
    "的一是在不和有中区县市政府组长成员工作单位局任务责年月日第章建设领导实方案关于通知委办以为各级部门要完加强推进业务、。"
    "，：（）"
)


def _reads_chinese(text: str) -> bool:
    """Whether decoded text reads like Chinese rather than like bytes taken wrongly."""
    sample = text[:20_000]
    han = [char for char in sample if "\u4e00" <= char <= "\u9fff"]
    odd = sum(1 for char in sample if "\ue000" <= char <= "\uf8ff" or char == "\ufffd" or "\u3400" <= char <= "\u4dbf")
    if len(han) < 4 or odd > len(sample) // 50:
        return False
    return sum(1 for char in sample if char in _COMMON) >= len(sample) * 0.08
