"""The photo in a member's file: re-encoded, private, replaced and removed."""

import io
import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from lianfang.platform.problems import Refused
from personnel import photos
from personnel.models import Member
from personnel.services.photos import forget_orphans, set_photo

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture(kind="JPEG", size=(1200, 1600), **options):
    buffer = io.BytesIO()
    Image.new("RGB", size, "navy").save(buffer, kind, **options)
    return buffer.getvalue()


def send(client, member, data, name="a.jpg"):
    url = reverse("member-photo-change", args=[member.pk])
    return client.post(url, {"photo": SimpleUploadedFile(name, data)}, headers=EN)


def test_photo_is_made_small_without_metadata_and_shown(client_of, leader, member):
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    client = client_of(leader)
    assert send(client, member, picture(exif=exif)).status_code == 302
    member.refresh_from_db()
    response = client.get(reverse("member-photo", args=[member.pk]))
    kept = Image.open(io.BytesIO(response.content))
    assert (kept.format, kept.size, len(kept.getexif())) == ("JPEG", (600, 800), 0)
    assert response["Cache-Control"].startswith("private")
    assert len(member.photo) == 44
    assert photos.path_of(member.photo).stat().st_mode & 0o077 == 0
    assert (
        reverse("member-photo", args=[member.pk])
        in client.get(reverse("member-detail", args=[member.pk])).content.decode()
    )


def test_photo_lying_on_its_side_is_turned(member):
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = Image.open(io.BytesIO(photos.encode(picture(size=(400, 300), exif=exif))))
    assert kept.size == (300, 400)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_photo_of_other_kinds_becomes_jpeg(kind):
    assert Image.open(io.BytesIO(photos.encode(picture(kind)))).format == "JPEG"


@pytest.mark.parametrize("data", [b"<svg/>", b"", picture()[:500], picture("GIF"), picture("BMP")])
def test_what_is_no_photo_is_refused_in_one_sentence(client_of, leader, member, data):
    response = send(client_of(leader), member, data or b"x")
    assert response.status_code == 422
    assert "This is no photo" in response.content.decode()
    assert not photos.directory().exists()


def test_photo_of_too_many_pixels_or_bytes_is_refused(monkeypatch):
    with pytest.raises(Refused):
        photos.encode(b"\xff" * (photos.MAX_BYTES + 1))
    monkeypatch.setattr(photos, "MAX_PIXELS", 100)
    with pytest.raises(Refused):
        photos.encode(picture(size=(20, 20)))


def test_member_sees_the_own_photo_and_an_outsider_none(client_of, leader, outsider, member):
    set_photo(by=leader, member=member, data=picture())
    url = reverse("member-photo", args=[member.pk])
    assert client_of(member.user).get(url).status_code == 200
    assert client_of(outsider).get(url).status_code == 404
    assert url in client_of(member.user).get(reverse("my-file")).content.decode()


def test_replaced_and_removed_photos_leave_the_disk_and_stay_in_the_history(
    client_of, leader, member, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        set_photo(by=leader, member=member, data=picture())
        set_photo(by=leader, member=member, data=picture())
    assert len(list(photos.directory().iterdir())) == 1
    with django_capture_on_commit_callbacks(execute=True):
        client_of(leader).post(reverse("member-photo-remove", args=[member.pk]))
    assert list(photos.directory().iterdir()) == []
    assert Member.objects.get(pk=member.pk).photo == ""
    events = Member.pgh_event_model.objects.filter(pgh_obj_id=member.pk, pgh_label="update")
    assert len(set(events.values_list("photo", flat=True))) == 3


def test_photos_of_nobody_are_swept_after_a_day(leader, member):
    set_photo(by=leader, member=member, data=picture())
    orphan = photos.keep(b"x")
    assert forget_orphans(timezone.now()) == 0
    for path in photos.directory().iterdir():
        os.utime(path, (0, 0))
    assert forget_orphans(timezone.now()) == 1
    assert not photos.path_of(orphan).exists()
