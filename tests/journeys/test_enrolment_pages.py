"""Enrolment through the pages: a school ticks who came, the office sees who is missing and corrects a mistake."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Role, User
from admissions.models import Offer, OfferStatus
from geo_data.services.reconciling import reconcile_district
from tests.services.accounts_world import DISTRICT, auditor, staff
from tests.services.after_world import published_round
from tests.services.round_world import RESULTS_DAY

pytestmark = [pytest.mark.django_db, pytest.mark.journey]


def visit(person: User) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def test_a_school_enrols_who_came_and_the_office_follows_up_the_others() -> None:
    # given a school with two children awaited
    found = published_round()
    first, second = (row.receipt.receipt for row in found.placed_at("A"))
    desk = visit(staff(Role.SCHOOL_OFFICER, DISTRICT, "A"))
    base = f"/office/rounds/{found.round.pk}/enrolment/"
    page = f"{base}schools/A/"

    # when it opens its desk, then the way leads to its own page, with receipts and no names
    assert base in desk.get("/office/").content.decode()
    shown = desk.get(base, follow=True).content.decode()
    assert first in shown
    assert "姓名" not in shown
    assert desk.get(f"{base}schools/B/").status_code == 403

    # when it ticks nobody, or does not confirm, then it is told and nothing is done
    assert desk.post(page, {"confirmed": "on"}).status_code == 422
    unsure = desk.post(page, {"receipts": [first]})
    assert unsure.status_code == 422
    assert f'value="{first}" checked' in unsure.content.decode()
    # when it confirms, then the child is enrolled and the other is still awaited
    done = desk.post(page, {"receipts": [first], "confirmed": "on"}, follow=True).content.decode()
    assert "1 名孩子已注册" in done
    assert Offer.objects.filter(status=OfferStatus.ENROLLED).count() == 1
    assert f'id="arrived-{second}"' in done
    assert f'id="arrived-{first}"' not in done

    # when it uploads a list with a wrong line, then the line is named and nobody is enrolled
    wrong = SimpleUploadedFile("a.csv", f"报名号\n{second}\n0000\n".encode())
    refused = desk.post(page, {"file": wrong, "confirmed": "on"})
    assert refused.status_code == 422
    assert "第 3 行，报名号 0000：" in refused.content.decode()
    assert Offer.objects.filter(status=OfferStatus.ENROLLED).count() == 1

    # when the office looks, then it sees the places without arrival, also as a file
    office = visit(found.world.officer)
    assert "未报到学位" in office.get(base).content.decode()
    listed = office.get(f"{base}without-arrival.csv").content.decode()
    assert second in listed
    assert first not in listed
    assert "姓名" in office.get(page).content.decode()

    # when it takes the enrolment back with a reason, then the child is awaited again
    asked = {"receipt": first, "confirmed": "on"}
    assert office.post(f"{base}take-back/", asked).status_code == 422
    back = office.post(f"{base}take-back/", {**asked, "reason": "勾选错误"}, follow=True).content.decode()
    assert f'id="arrived-{first}"' in back
    assert desk.get(f"{base}take-back/").status_code == 403

    # an auditor reads and does not enrol
    reader = visit(auditor())
    assert reader.get(page).status_code == 200
    assert reader.post(page, {"receipts": [first], "confirmed": "on"}).status_code == 403


def test_the_office_sees_that_no_child_is_lost() -> None:
    found = published_round()
    office, page = visit(found.world.officer), f"/office/rounds/{found.round.pk}/no-child-lost/"
    assert "今年入学儿童" not in office.get(page).content.decode()
    reconcile_district(
        actor=found.world.officer, now=RESULTS_DAY, district_code=DISTRICT, as_of=RESULTS_DAY.date()
    )
    shown = office.get(page).content.decode()
    assert "所有孩子都有去向" in shown
    assert visit(staff(Role.SCHOOL_OFFICER, DISTRICT, "A")).get(page).status_code == 403
