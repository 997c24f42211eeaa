"""Private files of a candidate: judged by content, pictures written anew, so that nothing hides in them."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from pathlib import PurePath
from typing import IO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lianfang.platform import pictures
from lianfang.platform.history import service
from lianfang.platform.private_files import forget_old
from lianfang.platform.problems import Problem, Refused
from personnel.models import Application, ApplicationDocument, ContentType, DocumentKind
from personnel.models.recruitment.application import MOST_DOCUMENTS
from personnel.rules.recruitment.documents import PUBLIC_KINDS, own_documents_problems
from personnel.services.recruitment.rights import check_right, refuse
from teams.models import User
from teams.policy import Action

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000  # a small file may unpack to gigabytes
LONGEST_SIDE = 2400
NO_TYPE = _("Only JPEG and PNG pictures and PDF documents are taken.")
PDF_END_WITHIN = 1024  # bytes: readers look for the mark of the end there
# What makes a PDF run something, or carry other files, when somebody opens it after saving.
ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z0-9])")
_STREAM = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)  # packed bytes spell anything by chance


@service
def add_document(
    *, by: User | None, application: Application, kind: str, name: str, file: IO[bytes]
) -> ApplicationDocument:
    """Keep a file outside everything that is served. Raises `Refused` for what is no picture and no PDF."""
    right = Action.VETTING_MANAGE if kind == DocumentKind.VETTING else Action.RECRUITMENT_MANAGE
    check_right(by, right, application.campaign.unit)
    return _keep(by, _locked(application), kind, name, read_limited(file))


@service
def add_own_document(
    *, by: None, application: Application, kind: str, name: str, file: IO[bytes]
) -> ApplicationDocument:
    """The candidate's own file, while the campaign still looks at papers. Raises `Refused`."""
    row = _locked(application)
    refuse(own_documents_problems(row))
    if kind not in PUBLIC_KINDS:
        raise Refused([Problem("kind_unknown", _("Say what the file is."), "kind")])
    return _keep(by, row, kind, name, read_limited(file))


@service
def remove_own_document(*, by: None, document: ApplicationDocument) -> None:
    """The candidate takes back what they sent, while the papers are not judged yet. Raises `Refused`."""
    refuse(own_documents_problems(_locked(document.application)))
    if document.added_by_id or document.kind == DocumentKind.VETTING:
        raise Refused([Problem("not_own", _("This file was not sent by the candidate."))])
    transaction.on_commit(partial(document.file.storage.delete, str(document.file.name)))
    document.delete()


def _locked(application: Application) -> Application:
    """One file of a candidate after the other: each counts those before it."""
    rows = Application.objects.select_for_update(of=("self",)).select_related("campaign__unit", "step")
    row: Application = rows.get(pk=application.pk)
    return row


def read_limited(file: IO[bytes]) -> bytes:
    """The file's bytes. Raises `Refused` for more than `MAX_BYTES`."""
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise Refused([Problem("too_large", _("The file is larger than %(limit)d MB.") % {"limit": limit}, "file")])
    return data


def _keep(by: User | None, application: Application, kind: str, name: str, data: bytes) -> ApplicationDocument:
    if application.documents.count() >= MOST_DOCUMENTS:
        message = _("A candidate has at most %(most)d files.") % {"most": MOST_DOCUMENTS}
        raise Refused([Problem("too_many_files", message, "file")])
    content, content_type = cleaned(data)
    row = ApplicationDocument(
        application=application,
        kind=kind,
        name=safe_name(name, content_type),
        content_type=content_type,
        size=len(content),
        added_by=by,
    )
    row.file.save("", ContentFile(content), save=True)
    return row


ENDINGS = {ContentType.JPEG: ".jpg", ContentType.PNG: ".png", ContentType.PDF: ".pdf"}
_NO_NAME = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


_ID_NUMBER = re.compile(r"\d{14,17}[\dXx]")


def safe_name(name: str, content_type: str) -> str:
    """The name as uploaded, without what misleads, and with the ending of what the file is: a.pdf.exe ends in .pdf.

    People name their papers after their ID number; that stands nowhere in the open.
    """
    ending = ENDINGS[ContentType(content_type)]
    stem = _NO_NAME.sub(" ", PurePath(name.replace("\\", "/")).name).strip(" .")
    stem = _ID_NUMBER.sub("***", stem)
    if stem.lower().endswith((*ENDINGS.values(), ".jpeg", ".webp")):
        stem = stem.rpartition(".")[0]
    return (stem.strip(" .")[: 100 - len(ending)] or "document") + ending


def cleaned(data: bytes) -> tuple[bytes, str]:
    """The file as it may be kept, and its type by content. Raises `Refused`."""
    if data.startswith(b"%PDF-"):
        return _plain_pdf(data), ContentType.PDF
    try:
        return pictures.written_anew(data, (LONGEST_SIDE, LONGEST_SIDE), MAX_PIXELS), ContentType.JPEG
    except pictures.TooManyPixelsError:
        raise Refused([Problem("too_many_pixels", _("The picture is too large."), "file")]) from None
    except pictures.NoPictureError:
        raise Refused([Problem("file_type", NO_TYPE, "file")]) from None


def _plain_pdf(data: bytes) -> bytes:
    """A PDF that ends where it ends and openly runs nothing; what hangs behind its end (an archive, a page) goes.

    A script inside a packed object stays unseen; the file is only ever saved, never shown by us.
    """
    end = data.rfind(b"%%EOF")
    if end < 0 or len(data) - end > PDF_END_WITHIN:
        raise Refused([Problem("pdf_broken", _("This PDF is damaged, or something hangs behind its end."), "file")])
    if ACTIVE_PDF.search(_unescaped(_STREAM.sub(b"", data))):
        message = _("This PDF holds a script or other files. Print it to a plain PDF, or send a picture.")
        raise Refused([Problem("pdf_active", message, "file")])
    return data[: end + 5] + b"\n"


def _unescaped(data: bytes) -> bytes:
    """Names of a PDF may be spelt in hex: /J#61vaScript."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), data)


def forget_orphans(now: dt.datetime) -> int:
    """Delete files on the disk that no application has (a write that was rolled back). Answers how many."""
    return forget_old("recruitment", set(ApplicationDocument.objects.values_list("file", flat=True)), now)
