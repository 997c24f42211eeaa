"""Upload, preview, confirmation, the workbook with reasons, export and template."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from lianfang.platform.jobs.worker import prune
from lianfang.platform.workbook import read_workbook
from personnel.models import Member, MemberImport
from personnel.services import imports
from tests.personnel.workbooks import TITLES, person, plan, run, sheet, workbook

pytestmark = pytest.mark.django_db


def upload(client, unit, data, name="花名册.xlsx"):
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("member-import"), {"unit": unit.pk, "workbook": file})


def test_pages_lead_from_upload_to_members(client_of, leader, county):
    client = client_of(leader)
    response = upload(client, county.squadron, workbook([person(1), person(2)]))
    kept = MemberImport.objects.get()
    assert response["Location"] == reverse("member-import-preview", args=[kept.pk])
    preview = client.get(response["Location"])
    assert preview.context["counts"] == {"new": 2, "changed": 0, "unchanged": 0, "bad": 0}
    assert not Member.objects.exists()
    assert person(1)["id_number"] not in preview.content.decode()
    confirmed = client.post(
        reverse("member-import-confirm", args=[kept.pk]), {"fingerprint": preview.context["fingerprint"]}
    )
    assert confirmed["Location"] == reverse("member-list")
    assert Member.objects.count() == 2
    assert not MemberImport.objects.exists()


def test_kept_workbook_is_encrypted(client_of, leader, county):
    upload(client_of(leader), county.squadron, workbook([person(1)]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT workbook FROM personnel_memberimport")
        assert not cursor.fetchone()[0].startswith("UEs")  # "PK" in base64


def test_kept_workbook_belongs_to_its_owner(client_of, leader, brigade_staff, outsider, county):
    upload(client_of(leader), county.squadron, workbook([person(1)]))
    kept = MemberImport.objects.get()
    for user in (brigade_staff, outsider):
        client = client_of(user)
        assert client.get(reverse("member-import-preview", args=[kept.pk])).status_code == 404
        assert client.post(reverse("member-import-confirm", args=[kept.pk])).status_code == 404
        assert client.get(reverse("member-import-bad-rows", args=[kept.pk])).status_code == 404
    assert not Member.objects.exists()


def test_kept_workbook_is_forgotten_after_a_day(client_of, leader, county):
    upload(client_of(leader), county.squadron, workbook([person(1)]))
    assert imports.forget_expired(timezone.now()) == 0
    assert imports.forget_expired(timezone.now() + dt.timedelta(hours=25)) == 1
    assert not MemberImport.objects.exists()


def test_bad_rows_come_back_as_the_same_workbook_with_reasons(client_of, leader, county):
    client = client_of(leader)
    upload(client, county.squadron, workbook([person(1), person(2, education="博士后出站"), person(3)]))
    kept = MemberImport.objects.get()
    assert client.get(reverse("member-import-preview", args=[kept.pk])).context["counts"]["bad"] == 1
    response = client.get(reverse("member-import-bad-rows", args=[kept.pk]))
    (back,) = read_workbook(response.content)
    header = back.rows[0]
    assert header[: len(person(1)) + 1] == ["序号", *(TITLES[key] for key in person(1))]
    assert header[-1] == "导入问题"
    assert "博士后出站" in back.rows[2][-1]
    assert (back.rows[1][-1], back.rows[3][-1]) == ("", "")
    corrected = [[str(c).replace("博士后出站", "本科") for c in row] for row in back.rows]
    assert upload(client, county.squadron, sheet(corrected)).status_code == 302
    again = client.get(reverse("member-import-preview", args=[MemberImport.objects.get().pk]))
    assert again.context["counts"] == {"new": 3, "changed": 0, "unchanged": 0, "bad": 0}


def test_confirmation_with_bad_rows_writes_nothing(client_of, leader, county):
    client = client_of(leader)
    upload(client, county.squadron, workbook([person(1, name="")]))
    response = client.post(reverse("member-import-confirm", args=[MemberImport.objects.get().pk]))
    assert response.status_code == 422
    assert not Member.objects.exists()


def test_upload_of_no_workbook_says_so_in_one_sentence(client_of, leader, county):
    response = upload(client_of(leader), county.squadron, b"hello", "roster.xlsx")
    assert response.status_code == 422
    assert len(response.context["form"].errors["workbook"]) == 1
    assert not MemberImport.objects.exists()


def test_upload_into_a_foreign_unit_is_refused(client_of, leader, county):
    response = upload(client_of(leader), county.other_squadron, workbook([person(1)]))
    assert response.status_code == 422


def test_mapping_is_corrected_on_the_preview(client_of, leader, county):
    client = client_of(leader)
    rows = [["姓名", "公民身份号码", "代号"], ["张建国", person(1)["id_number"], "五级"]]
    upload(client, county.squadron, sheet(rows))
    kept = MemberImport.objects.get()
    url = reverse("member-import-preview", args=[kept.pk])
    client.post(url, {"column_0": "name", "column_1": "id_number", "column_2": "level"})
    fingerprint = client.get(url).context["fingerprint"]
    client.post(reverse("member-import-confirm", args=[kept.pk]), {"fingerprint": fingerprint})
    assert Member.objects.get().level == "五级"


def test_export_comes_back_unchanged_with_whole_numbers(client_of, leader, county):
    run(workbook([person(n, name="李伟") for n in range(5)]), county.brigade)
    client = client_of(leader)
    response = client.post(reverse("member-export-whole"), {"reason": "上报"})
    assert response["Cache-Control"] == "no-store"
    found = plan(response.content, county.squadron, by=leader)
    assert found.counts == {"new": 0, "changed": 0, "unchanged": 5, "bad": 0}
    from personnel.models import IdNumberReading

    assert IdNumberReading.objects.count() == 5


def test_export_masks_id_numbers_and_phones(client_of, leader, county):
    run(workbook([person(1)]), county.brigade)
    (page,) = read_workbook(client_of(leader).get(reverse("member-export")).content)
    row = dict(zip(page.rows[0], page.rows[1], strict=True))
    assert row["公民身份号码"].startswith("990*")
    assert row["手机"] == "138****1234"
    assert (row["中队"], row["班组"]) == ("城北派出所中队", "一班")


def test_template_has_every_column_and_its_example_is_never_imported(client_of, leader, county):
    data = client_of(leader).get(reverse("roster-template")).content
    (page,) = read_workbook(data)
    assert page.rows[0] == list(TITLES.values())
    assert plan(data, county.brigade).counts["bad"] == 1


def test_sweep_forgets_workbooks_that_nobody_confirmed(client_of, leader, county, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    upload = SimpleUploadedFile("a.xlsx", workbook([person(1)]))
    client_of(leader).post(reverse("member-import"), {"unit": county.squadron.pk, "workbook": upload})
    prune()
    assert MemberImport.objects.count() == 1
    MemberImport.objects.update(created_at=timezone.now() - dt.timedelta(hours=25))
    prune()
    assert not MemberImport.objects.exists()
