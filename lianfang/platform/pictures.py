"""Pictures that strangers upload: only the pixels are kept, so nothing hides behind, beside or inside them."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
DAMAGES = (UnidentifiedImageError, OSError, ValueError, SyntaxError)


class NoPictureError(ValueError):
    """The bytes are no picture of a known kind."""


class TooManyPixelsError(ValueError):
    """A small file that would unpack to too much."""


def written_anew(data: bytes, size: tuple[int, int], max_pixels: int) -> bytes:
    """A JPEG of at most `size` pixels, upright, on white, without metadata.

    Raises `NoPictureError`, `TooManyPixelsError`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                pixels = picture.width * picture.height
                if pixels <= max_pixels:
                    return _jpeg(picture, size)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise TooManyPixelsError from None
        except DAMAGES:
            raise NoPictureError from None
    raise TooManyPixelsError


def _jpeg(picture: Image.Image, size: tuple[int, int]) -> bytes:
    picture.draft("RGB", (size[0] * 2, size[1] * 2))
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail(size)
    plain = Image.new("RGB", upright.size, "white")  # a fresh picture carries none of the old one's metadata
    plain.paste(upright, mask=upright)
    buffer = io.BytesIO()
    plain.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
