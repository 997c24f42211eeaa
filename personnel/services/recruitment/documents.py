"""Private files of a candidate: judged by content, pictures written anew, so that nothing hides in them."""

from __future__ import annotations

import io
from pathlib import PurePath
from typing import IO

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel.models import Application, ApplicationDocument, DocumentKind
from personnel.services.recruitment.rights import check_right
from teams.models import User
from teams.policy import Action

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000  # a small file may unpack to gigabytes
LONGEST_SIDE = 2400
MOST = 20  # files of one candidate
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png"}
NO_TYPE = _("Only JPEG and PNG pictures and PDF documents are taken.")


@service
def add_document(
    *, by: User | None, application: Application, kind: str, name: str, file: IO[bytes]
) -> ApplicationDocument:
    """Keep a file outside everything that is served. Raises `Refused` for what is no picture and no PDF."""
    right = Action.VETTING_MANAGE if kind == DocumentKind.VETTING else Action.RECRUITMENT_MANAGE
    check_right(by, right, application.campaign.unit)
    if application.documents.count() >= MOST:
        raise Refused(
            [Problem("too_many_files", _("A candidate has at most %(most)d files.") % {"most": MOST}, "file")]
        )
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise Refused([Problem("too_large", _("The file is larger than %(limit)d MB.") % {"limit": limit}, "file")])
    content, content_type = cleaned(data)
    row = ApplicationDocument(
        application=application,
        kind=kind,
        name=PurePath(name).name[:100],
        content_type=content_type,
        size=len(content),
        added_by=by,
    )
    row.file.save("", ContentFile(content), save=True)
    return row


def cleaned(data: bytes) -> tuple[bytes, str]:
    """The file as it may be kept, and its type by content. Raises `Refused`."""
    if data.startswith(b"%PDF-"):
        return data, "application/pdf"
    try:
        with Image.open(io.BytesIO(data), formats=list(FORMATS)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused([Problem("too_many_pixels", _("The picture is too large."), "file")])
            return _written_anew(picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refused([Problem("file_type", NO_TYPE, "file")]) from None


def _written_anew(picture: Image.Image) -> tuple[bytes, str]:
    """The pixels alone: no place, no camera, no appended archive."""
    kind = picture.format or "JPEG"
    turned = ImageOps.exif_transpose(picture) or picture
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = turned.convert("RGB")
    out = io.BytesIO()
    plain.save(out, format=kind)
    return out.getvalue(), FORMATS[kind]
