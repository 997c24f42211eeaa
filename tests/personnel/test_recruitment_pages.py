"""The pages of recruitment through the client, so with row-level security (handbook P1–P7)."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from lianfang.platform.id_numbers import invented_id_number
from personnel.models import Application, Campaign, DisqualifierKind, Engagement, Member, Notice, StepResult
from personnel.services.recruitment import documents
from teams.models import User
from tests.conftest import County
from tests.factories import make_beat, make_cover, make_duty, make_roster, make_shift_type
from tests.personnel.recruiting import make_application, make_campaign, make_standard, step_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
BORN = dt.date(1999, 5, 6)


@pytest.fixture
def campaign(county: County, leader: User, brigade_staff: User) -> Campaign:
    make_standard(county.squadron)
    return make_campaign(county.squadron, leader, brigade_staff, title="示范中队招聘")


def person(campaign: Campaign, name: str = "孙小明", serial: int = 7) -> dict[str, Any]:
    return {
        "vacancy": campaign.vacancies.get().pk,
        "name": name,
        "id_number": invented_id_number(BORN, "male", serial),
        "phone": "13800001234",
        "education": "college",
        "truthful": "on",
        "relative_1": "周队长",
        "relation_1": "舅舅",
    }


def ok(response: Any) -> Any:
    assert response.status_code == 302, response.content.decode()[:4000]
    return response


def test_apply_without_account(campaign: Campaign) -> None:
    visitor = Client()
    page = ok(visitor.post(f"/openings/{campaign.pk}/apply/", person(campaign)))
    receipt = visitor.get(page["Location"]).content.decode()
    application = Application.objects.get()
    assert application.number in receipt
    assert application.id_number not in receipt
    assert application.kinships.get().relative_name == "周队长"
    again = Client().post(f"/openings/{campaign.pk}/apply/", person(campaign))
    assert again.status_code == 422
    assert Application.objects.count() == 1


def test_status_only_with_both_numbers(campaign: Campaign) -> None:
    Client().post(f"/openings/{campaign.pk}/apply/", person(campaign))
    application = Application.objects.get()
    good = {"number": application.number, "last_six": application.id_number[-6:]}
    own = Client()
    assert ok(own.post("/openings/status/", good))["Location"] == "/openings/own/"
    assert application.number in own.get("/openings/own/").content.decode()
    assert Client().get("/openings/own/").status_code == 302
    wrong = Client().post("/openings/status/", good | {"last_six": "000000"})
    assert wrong.status_code == 422
    assert "孙小明" not in wrong.content.decode()


def test_guessing_the_last_six_is_slowed_down(campaign: Campaign) -> None:
    Client().post(f"/openings/{campaign.pk}/apply/", person(campaign))
    application = Application.objects.get()
    for n in range(6):
        Client().post("/openings/status/", {"number": application.number, "last_six": f"00000{n}"})
    good = {"number": application.number, "last_six": application.id_number[-6:]}
    assert Client().post("/openings/status/", good).status_code == 422


def test_receipt_belongs_to_its_browser(campaign: Campaign) -> None:
    Client().post(f"/openings/{campaign.pk}/apply/", person(campaign))
    assert Client().get("/openings/receipt/").status_code == 302


def test_draft_is_not_public(county: County, leader: User) -> None:
    from tests.personnel.recruiting import make_draft

    draft = make_draft(county.squadron, leader)
    assert Client().get(f"/openings/{draft.pk}/").status_code == 404


def test_plan_to_roster(  # noqa: PLR0915 - one way, told in one piece
    county: County, leader: User, brigade_staff: User, client_of: Callable[[User], Client]
) -> None:
    """From the plan to the first duty, by the pages alone."""
    make_standard(county.squadron)
    at, brigade = client_of(leader), client_of(brigade_staff)
    plan = {
        "title": "招聘一名队员",
        "unit": county.squadron.pk,
        "year": TODAY.year,
        "apply_from": TODAY,
        "apply_until": TODAY,
        "staff_category": "field",
        "bonus_rule": "highest",
        "notice_days": 5,
        "tie_1": "written",
    }
    ok(at.post("/recruitment/new/", plan))
    campaign = Campaign.objects.get()
    rows = {"row-TOTAL_FORMS": 1, "row-INITIAL_FORMS": 0, "row-0-unit": county.group.pk}
    ok(at.post(f"/recruitment/{campaign.pk}/parts/vacancies/", rows | {"row-0-title": "巡逻员", "row-0-places": 1}))
    ok(at.post(f"/recruitment/{campaign.pk}/submit/"))
    ok(brigade.post(f"/recruitment/{campaign.pk}/approve/"))
    campaign.refresh_from_db()
    assert campaign.status == "open"
    ok(Client().post(f"/openings/{campaign.pk}/apply/", person(campaign) | {"relative_1": ""}))
    application = Application.objects.get()

    def decide(kind: str) -> None:
        data = {"step": step_of(campaign, kind).pk, "candidate": application.pk, "outcome": "passed"}
        ok(at.post(f"/recruitment/{campaign.pk}/board/decide/", data))
        assert StepResult.objects.get(step__kind=kind).outcome == "passed"

    def scores(kind: str, text: str) -> None:
        ok(
            at.post(
                f"/recruitment/{campaign.pk}/scores/{step_of(campaign, kind).pk}/", {f"score_{application.pk}": text}
            )
        )

    def let_in(kind: str) -> None:
        ok(at.post(f"/recruitment/{campaign.pk}/board/{step_of(campaign, kind).pk}/let-in/"))

    decide("eligibility")
    scores("written", "88.5")
    decide("written")
    decide("fitness")
    let_in("interview")
    scores("interview", "80")
    decide("interview")
    ok(at.post(f"/recruitment/{campaign.pk}/freeze/"))
    assert "85.10" in at.get(f"/recruitment/{campaign.pk}/ranking/").content.decode()
    let_in("medical")
    decide("medical")
    points = dict.fromkeys(DisqualifierKind.values, "clear")
    base = f"/recruitment/applications/{application.pk}"
    ok(at.post(f"{base}/checklist/", {"checked_on": TODAY, **points}))
    vetting = {"assessors": "钱一、孙二", "visited_on": TODAY, "findings": "良好", "is_sound": "true"}
    ok(at.post(f"{base}/vetting/", vetting))
    decide("vetting")
    let_in("notice")
    ok(at.post(f"/recruitment/{campaign.pk}/notice/", {"first_day": TODAY}))
    public = Client().get(f"/openings/{campaign.pk}/result/").content.decode()
    assert "孙*明" in public
    assert "孙小明" not in public
    notice = Notice.objects.get()
    assert Client().post(f"/openings/notices/{notice.pk}/object/", {"text": "x", "contact": "y"}).status_code == 200
    objection = notice.objections.get()
    ok(at.post(f"/recruitment/objections/{objection.pk}/", {"answer": "不属实"}))
    assert "不属实" in Client().post("/openings/objections/", {"number": objection.number}).content.decode()
    Notice.objects.update(first_day=TODAY - dt.timedelta(9), last_day=TODAY - dt.timedelta(1))
    decide("notice")
    contract = {
        "hired_on": TODAY,
        "contract_from": TODAY,
        "contract_until": TODAY + dt.timedelta(days=400),
        "probation_until": TODAY + dt.timedelta(days=80),
        "training_due_on": TODAY + dt.timedelta(days=30),
    }
    assert at.post(f"{base}/hire/", contract).status_code == 422  # a year's contract allows two months
    ok(at.post(f"{base}/hire/", contract | {"probation_until": TODAY + dt.timedelta(days=50)}))
    member = Member.objects.get(name="孙小明")
    assert (member.unit, member.education, member.phone) == (county.group, "college", "13800001234")
    assert at.get(f"/members/{member.pk}/").status_code == 200
    certificate = {"number": "SG-1", "valid_from": TODAY, "valid_until": TODAY + dt.timedelta(days=365)}
    ok(at.post(f"/members/{member.pk}/certificates/new/", certificate))
    shift, day = make_shift_type(county.squadron), TODAY + dt.timedelta(days=2)
    beat = make_beat(county.squadron)
    make_cover(beat, shift)
    duty = make_duty(make_roster(county.squadron, day, day), member, day, shift, beat=beat)
    ok(at.post(f"/rosters/{duty.roster_id}/publish/"))
    assert Engagement.objects.filter(member=member, kind="duty").exists()


def test_related_leader_has_no_field(campaign: Campaign, leader: User, client_of: Callable[[User], Client]) -> None:
    related = make_application(campaign, "孙一", relatives=[("周队长", "外甥")])
    other = make_application(campaign, "孙二")
    from tests.personnel.recruiting import pass_step

    pass_step(campaign, "eligibility", [related.pk, other.pk])
    url = f"/recruitment/{campaign.pk}/scores/{step_of(campaign, 'written').pk}/"
    page = client_of(leader).get(url).content.decode()
    assert f"score_{other.pk}" in page
    assert f"score_{related.pk}" not in page
    client_of(leader).post(url, {f"score_{related.pk}": "100"})
    assert not StepResult.objects.filter(application=related, score__isnull=False).exists()


def test_board_with_many_candidates_asks_no_more(
    campaign: Campaign, leader: User, client_of: Callable[[User], Client], django_assert_max_num_queries: Any
) -> None:
    at = client_of(leader)
    step = step_of(campaign, "eligibility")
    url = f"/recruitment/{campaign.pk}/board/"
    data = {"step": step.pk, "outcome": "passed"}
    made = [make_application(campaign, f"孙{n}") for n in range(3)]
    with django_assert_max_num_queries(40):
        at.get(url)
    Application.objects.bulk_create(
        [copy_of(made[0], n) for n in range(500)],
    )
    with django_assert_max_num_queries(40):
        assert at.get(url).status_code == 200
    everybody = list(Application.objects.filter(step=step).values_list("pk", flat=True))
    with django_assert_max_num_queries(60):
        ok(at.post(f"/recruitment/{campaign.pk}/board/decide/", data | {"candidate": everybody}))
    assert Application.objects.filter(step__kind="written").count() == 503


def copy_of(application: Application, n: int) -> Application:
    row = Application.objects.get(pk=application.pk) if n < 0 else application
    born = dt.date(1998, 1, 1) + dt.timedelta(days=n)
    copy = Application(
        **{f.attname: getattr(row, f.attname) for f in Application._meta.concrete_fields if f.name != "id"}
    )
    copy.id_number, copy.number = invented_id_number(born, "female", 499), f"X{n:09d}"
    copy.derive()
    return copy


def test_reviewer_sees_no_vetting(campaign: Campaign, reviewer: User, client_of: Callable[[User], Client]) -> None:
    application = make_application(campaign)
    assert client_of(reviewer).get(f"/recruitment/applications/{application.pk}/vetting/").status_code == 403


def picture(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, format=kind)
    return out.getvalue()


def test_picture_is_written_anew() -> None:
    data, content_type = documents.cleaned(picture() + b"PK\x03\x04 an archive behind it")
    assert content_type == "image/jpeg"
    assert b"an archive" not in data


@pytest.mark.parametrize("data", [b"<html><script>", b"MZ\x90", picture("GIF"), b"\xff\xd8\xff broken"])
def test_file_of_another_kind(data: bytes) -> None:
    from lianfang.platform.problems import Refused

    with pytest.raises(Refused):
        documents.cleaned(data)


def test_document_is_an_attachment(campaign: Campaign, leader: User, client_of: Callable[[User], Client]) -> None:
    application = make_application(campaign)
    at = client_of(leader)
    file = io.BytesIO(picture())
    file.name = "证件.jpg"
    ok(at.post(f"/recruitment/applications/{application.pk}/documents/", {"kind": "id_card", "file": file}))
    response = at.get(f"/recruitment/documents/{application.documents.get().pk}/")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"
