"""Drawn signatures on their way in: whatever was drawn or photographed becomes a small PNG, or is refused."""

import base64
import binascii
from io import BytesIO
from typing import IO

from PIL import Image, UnidentifiedImageError

from tracker.kernel.errors import Invalid, OtherKind, TooLarge
from tracker.kernel.text import _l

PREFIX = "data:image/png;base64,"
MOST_DRAWN = 400_000
"""Characters that a drawing from the page may have; one of a phone's width has a tenth of that."""
MOST_PIXELS = 60_000_000
WIDTH, HEIGHT = 1200, 500
MOST_MEGABYTES = 20
"""That a photograph of a signature may have, whatever an installation lets in of scans."""


def drawn(text: str, *, field: str) -> bytes:
    """What was drawn on the page, as PNG; raises Invalid on the field for anything else."""
    if len(text) > MOST_DRAWN:
        raise TooLarge({field: _l("手写签名的数据过大，请重写，或者上传签名照片。")})
    if not text.startswith(PREFIX):
        raise OtherKind({field: _l("手写签名无法识别，请重写。")})
    try:
        data = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid({field: _l("手写签名无法识别，请重写。")}) from error
    return as_png(data, field=field)


def photographed(stream: IO[bytes], *, most_megabytes: int, field: str) -> bytes:
    """An uploaded picture of a signature, as PNG; no more of it is read than may be."""
    most = min(MOST_MEGABYTES, most_megabytes)
    data = stream.read(most * 1024 * 1024 + 1)
    if len(data) > most * 1024 * 1024:
        raise TooLarge({field: _l("签名图片超过 %(limit)s MB，请裁剪或者压缩后再传。", limit=most)})
    return as_png(data, field=field)


def as_png(data: bytes, *, field: str) -> bytes:
    """A picture drawn anew: nothing of the file that came in is kept but what it shows."""
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise TooLarge({field: _l("图片过大，请裁剪后再传。")})
            small = picture.convert("RGBA")
            small.thumbnail((WIDTH, HEIGHT))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise OtherKind({field: _l("图片无法识别，请用 PNG 或 JPG 图片。")}) from error
    out = BytesIO()
    small.save(out, "PNG")
    return out.getvalue()
