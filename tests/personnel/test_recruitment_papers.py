"""Candidates' own papers: what is taken, kept and shown, and to whom (handbook P2)."""

from __future__ import annotations

import io
import struct
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from PIL import Image

from lianfang.platform.problems import Refused
from personnel.models import Application, ApplicationDocument, Campaign
from personnel.services.recruitment import applications, documents
from personnel.views.recruitment import limits
from teams.models import User
from tests.conftest import County
from tests.personnel.recruiting import make_application, make_campaign, make_standard, pass_step
from tests.personnel.test_recruitment_pages import ok, person, picture

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def campaign(county: County, leader: User, brigade_staff: User) -> Campaign:
    make_standard(county.squadron)
    return make_campaign(
        county.squadron, leader, brigade_staff, title="示范中队招聘", priorities=[{"group": "veteran"}]
    )


def upload(data: bytes, name: str = "证件.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def applied(campaign: Campaign, **fields: Any) -> tuple[Client, Application]:
    visitor = Client()
    ok(visitor.post(f"/openings/{campaign.pk}/apply/", person(campaign) | {"relative_1": ""} | fields))
    return visitor, Application.objects.get()


def test_papers_come_with_the_application(
    campaign: Campaign, leader: User, client_of: Callable[[User], Client], settings: Any
) -> None:
    visitor, application = applied(campaign, file_id_card=upload(picture()), file_diploma=upload(PDF, "a.pdf.exe"))
    assert list(application.documents.values_list("kind", "name", "content_type", "added_by")) == [
        ("id_card", "证件.jpg", "image/jpeg", None),
        ("diploma", "a.pdf.exe.pdf", "application/pdf", None),
    ]
    on_disk = b"".join(p.read_bytes() for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file())
    assert b"%PDF" not in on_disk
    assert b"JFIF" not in on_disk
    file = application.documents.get(kind="diploma")
    answer = client_of(leader).get(f"/recruitment/documents/{file.pk}/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF-1.4")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert "a.pdf.exe.pdf" in visitor.get("/openings/own/").content.decode()


def test_paper_of_another_kind_refuses_the_whole_application(campaign: Campaign) -> None:
    page = Client().post(f"/openings/{campaign.pk}/apply/", person(campaign) | {"file_photo": upload(b"<svg/>")})
    assert page.status_code == 422
    assert not Application.objects.exists()


def test_papers_are_added_and_taken_back_until_they_are_looked_at(
    campaign: Campaign, leader: User, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    visitor, application = applied(campaign)
    ok(visitor.post("/openings/own/documents/", {"kind": "diploma", "file": upload(PDF, "毕业证.pdf")}))
    first = application.documents.get()
    with django_capture_on_commit_callbacks(execute=True):
        ok(visitor.post(f"/openings/own/documents/{first.pk}/remove/"))
    assert not application.documents.exists()
    assert [p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()] == []
    assert ApplicationDocument.pgh_event_model.objects.filter(pgh_label="delete").count() == 1
    ok(visitor.post("/openings/own/documents/", {"kind": "diploma", "file": upload(PDF)}))
    pass_step(campaign, "eligibility", [application.pk])
    ok(visitor.post("/openings/own/documents/", {"kind": "photo", "file": upload(picture())}))
    ok(visitor.post(f"/openings/own/documents/{application.documents.get().pk}/remove/"))
    assert application.documents.count() == 1


def test_nobody_elses_papers(campaign: Campaign, leader: User) -> None:
    """Neither another candidate's, nor what the force put beside one's own, nor without proof."""
    other = make_application(campaign, "孙二")
    theirs = documents.add_own_document(by=None, application=other, kind="photo", name="a", file=io.BytesIO(picture()))
    visitor = Client()
    ok(visitor.post(f"/openings/{campaign.pk}/apply/", person(campaign)))
    application = Application.objects.get(name="孙小明")
    vetting = documents.add_document(
        by=leader, application=application, kind="vetting", name="谈话记录.pdf", file=io.BytesIO(PDF)
    )
    for document in (theirs, vetting):
        assert visitor.post(f"/openings/own/documents/{document.pk}/remove/").status_code == 404
    assert "谈话记录" not in visitor.get("/openings/own/").content.decode()
    kinds = {"kind": "vetting", "file": upload(PDF)}
    ok(visitor.post("/openings/own/documents/", kinds))
    assert ApplicationDocument.objects.count() == 2
    assert ok(Client().post("/openings/own/documents/", kinds | {"kind": "photo"}))["Location"] == "/openings/status/"


def test_proof_ends_by_leaving_and_by_itself(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, _application = applied(campaign)
    ok(visitor.post("/openings/own/leave/"))
    assert visitor.get("/openings/own/").status_code == 302
    visitor, _application = applied_again(campaign)
    monkeypatch.setattr("personnel.views.recruitment.proof.LASTS", -1)
    assert visitor.get("/openings/receipt/").status_code == 302


def applied_again(campaign: Campaign) -> tuple[Client, Application]:
    application, visitor = Application.objects.get(), Client()
    ok(visitor.post("/openings/status/", {"number": application.number, "last_six": application.id_number[-6:]}))
    return visitor, application


def test_form_sent_twice_is_one_application(campaign: Campaign) -> None:
    data = person(campaign) | {"form_key": "0" * 32}
    first, second = Client(), Client()
    ok(first.post(f"/openings/{campaign.pk}/apply/", data))
    ok(second.post(f"/openings/{campaign.pk}/apply/", data))
    application = Application.objects.get()
    assert application.number in second.get("/openings/receipt/").content.decode()
    assert Client().post(f"/openings/{campaign.pk}/apply/", data | {"form_key": "1" * 32}).status_code == 422
    other = person(campaign, "孙二", serial=9) | {"form_key": "0" * 32}
    stranger = Client()
    ok(stranger.post(f"/openings/{campaign.pk}/apply/", other))
    assert Application.objects.count() == 2


def bomb(side: int) -> bytes:
    """A PNG of side × side pixels in a few hundred kilobytes at most."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" * (side // 8 + 1)) * side, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        bomb(20_000),
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"PK\x03\x04" + b"\0" * 40,
        b"\xff\xd8\xff\xe0" + b"<script>",
        b"GIF89a" + b"/*" + b"\0" * 30,
        PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
        PDF.replace(b"/Catalog", b"/Catalog/Names<</J#61vaScript 2 0 R>>"),
        PDF.replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFiles 2 0 R>>"),
        PDF + b"PK\x03\x04" + b"x" * 2000,
        b"%PDF-1.4 and nothing else",
    ],
    ids=["bomb", "svg", "html", "zip", "broken jpeg", "gif", "pdf js", "pdf hex", "pdf files", "pdf zip", "no pdf"],
)
def test_what_pretends_to_be_a_paper(data: bytes) -> None:
    with pytest.raises(Refused):
        documents.cleaned(data)


def test_packed_bytes_of_a_pdf_are_no_script() -> None:
    data = PDF.replace(b"trailer", b"2 0 obj<<>>stream\n\x01/JS \x02endstream endobj\ntrailer")
    assert documents.cleaned(data)[1] == "application/pdf"


def test_what_hangs_behind_a_paper_goes() -> None:
    assert documents.cleaned(PDF + b"<script>alert(1)</script>")[0].endswith(b"%%EOF\n")
    exif = Image.Exif()
    exif[0x010E] = "at home"
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif, comment=b"<script>")
    content, _kind = documents.cleaned(out.getvalue())
    assert b"at home" not in content
    assert b"<script>" not in content


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("..\\..\\boot.ini", "boot.ini.pdf"),
        ("/etc/passwd", "passwd.pdf"),
        ('a"; filename=b.html', "a ; filename=b.html.pdf"),
        ("x\u202efdp.exe", "x fdp.exe.pdf"),
        ("<img onerror=x>.PDF", "img onerror=x.pdf"),
        ("毕" * 300, "毕" * 96 + ".pdf"),
        ("scan.JPG", "scan.pdf"),
        ("张三990101199905060430.jpg", "张三***.pdf"),
        ("", "document.pdf"),
    ],
)
def test_names_that_mislead(name: str, kept: str) -> None:
    assert documents.safe_name(name, "application/pdf") == kept


def test_database_keeps_number_and_type_of_papers(campaign: Campaign) -> None:
    application = make_application(campaign)

    def paper(content_type: str = "image/png") -> ApplicationDocument:
        return ApplicationDocument(application=application, kind="other", name="a", content_type=content_type, size=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationDocument.objects.bulk_create([paper("text/html")])
    ApplicationDocument.objects.bulk_create([paper() for _n in range(20)])
    with pytest.raises(Refused):
        documents.add_own_document(by=None, application=application, kind="other", name="a", file=io.BytesIO(PDF))
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationDocument.objects.bulk_create([paper()])


def test_papers_that_are_too_large(campaign: Campaign) -> None:
    large = upload(b"%PDF-" + b"x" * documents.MAX_BYTES)
    page = Client().post(f"/openings/{campaign.pk}/apply/", person(campaign) | {"file_photo": large})
    assert page.status_code == 422
    with pytest.raises(Refused):
        documents.read_limited(ContentFile(b"x" * (documents.MAX_BYTES + 1)))


def test_other_squadron_reads_no_paper(
    campaign: Campaign, outsider: User, reviewer: User, client_of: Callable[[User], Client]
) -> None:
    _visitor, application = applied(campaign, file_photo=upload(picture()))
    url = f"/recruitment/documents/{application.documents.get().pk}/"
    assert client_of(outsider).get(url).status_code == 404
    assert client_of(reviewer).get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_guesses_at_a_number_end(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the hour and by the day, whatever address they come from."""
    _visitor, application = applied(campaign)
    monkeypatch.setattr(limits, "NUMBER", limits.Limit("number", 1000, limits.HOUR))
    good = {"number": application.number, "last_six": application.id_number[-6:]}
    for n in range(20):
        Client(REMOTE_ADDR=f"203.0.113.{n}").post("/openings/status/", good | {"last_six": f"{n:06d}"})
    assert Client(REMOTE_ADDR="203.0.113.99").post("/openings/status/", good).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_same_person_at_the_same_moment(campaign: Campaign) -> None:
    """Two browsers, one ID number: one application, the other is told; one form twice: both are told the number."""
    answers: list[Any] = []

    def send(key: str) -> None:
        try:
            values = {"vacancy": campaign.vacancies.get(), "id_number": person(campaign)["id_number"], "name": "孙"}
            row = applications.apply(by=None, channel="public", form_key=key, education="college", **values)
            answers.append(row.number)
        except Refused as refused:
            answers.append({p.code for p in refused.problems})
        finally:
            connection.close()

    for keys in (("a" * 32, "a" * 32), ("a" * 32, "b" * 32)):
        answers.clear()
        threads = [threading.Thread(target=send, args=(key,)) for key in keys]
        [t.start() for t in threads]
        [t.join() for t in threads]
        number = Application.objects.get().number
        assert number in answers
        assert all(a in (number, {"applied_already"}) for a in answers)
        assert len(set(map(str, answers))) == (1 if keys[0] == keys[1] else 2)
