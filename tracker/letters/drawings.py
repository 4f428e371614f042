"""Drawn signatures on their way in: whatever was drawn or photographed becomes a small PNG, or is refused."""

import base64
import binascii
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l

PREFIX = "data:image/png;base64,"
MOST_DRAWN = 400_000
"""Characters that a drawing from the page may have; one of a phone's width has a tenth of that."""
MOST_PIXELS = 60_000_000
WIDTH, HEIGHT = 1200, 500


def drawn(text: str, *, field: str) -> bytes:
    """What was drawn on the page, as PNG; raises Invalid on the field for anything else."""
    if not text.startswith(PREFIX) or len(text) > MOST_DRAWN:
        raise Invalid({field: _l("手写签名无法识别，请重写。")})
    try:
        data = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid({field: _l("手写签名无法识别，请重写。")}) from error
    return as_png(data, field=field)


def as_png(data: bytes, *, field: str) -> bytes:
    """A picture drawn anew: nothing of the file that came in is kept but what it shows."""
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Invalid({field: _l("图片过大，请裁剪后再传。")})
            small = picture.convert("RGBA")
            small.thumbnail((WIDTH, HEIGHT))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Invalid({field: _l("图片无法识别，请用 PNG 或 JPG 图片。")}) from error
    out = BytesIO()
    small.save(out, "PNG")
    return out.getvalue()
