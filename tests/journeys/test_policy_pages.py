"""A policy goes from the office's text box to what families read, page by page, with the people who each step needs."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from admissions.models import AdmissionRound, PolicyStatus, PolicyVersion
from admissions.rules.policy_records import ApprovalStep
from tests.journeys.pages_world import open_calendar
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.round_world import (
    OPENS,
    RoundWorld,
    county_with_zones,
    policy_checked,
    policy_published,
    policy_text,
)
from zoning.services.publications import publish_plan

pytestmark = pytest.mark.django_db


def signed_in(person: User | None) -> Client:
    visitor = Client(HTTP_ACCEPT_LANGUAGE="en")
    if person:
        visitor.force_login(person)
    return visitor


def coming_text(**changes: object) -> str:
    """The shipped policy with a window that opens in ten days, published before."""
    return policy_text(calendar=open_calendar(timezone.localtime() + timedelta(days=10)), **changes)


def post(visitor: Client, path: str, **fields: object) -> int:
    return visitor.post(path, fields).status_code


def test_a_policy_goes_from_the_text_box_to_the_public_page_and_a_round() -> None:
    # given a county, a writer and two others
    world = county_with_zones()
    today = timezone.localdate()
    publish_plan(
        actor=world.officer,
        now=OPENS,
        plan_id=world.publication.plan_id,
        from_on=world.publication.in_force.upper,
        until_on=None,
    )
    writer, second, third = signed_in(world.officer), signed_in(world.second_officer), signed_in(officer())

    # when the text is saved, checked, its steps recorded, approved twice, published, and a round made
    assert post(writer, "/office/policies/write/", text=coming_text(), remark="first") == 302
    version = PolicyVersion.objects.get()
    here = f"/office/policies/{version.pk}/"
    assert post(writer, f"{here}check/") == 302
    for step in ApprovalStep:
        given = {"step": step.value, "done_on": today.isoformat(), "reference": "样教发〔2026〕12 号"}
        assert post(writer, f"{here}steps/", **given) == 302
    assert post(writer, f"{here}approve/", confirmed="on") == 422
    assert post(second, f"{here}approve/", confirmed="on") == 302
    assert post(second, f"{here}approve/", confirmed="on") == 422
    assert signed_in(None).get(f"/policies/{version.pk}/").status_code == 404
    assert post(writer, f"{here}publish/", confirmed="on") == 422
    assert post(third, f"{here}approve/", confirmed="on") == 302
    assert post(writer, f"{here}publish/", asked="twice") == 422  # not confirmed
    assert post(writer, f"{here}publish/", confirmed="on") == 302
    assert post(writer, f"{here}round/") == 302

    # then everybody reads it, and the round rests on it
    public = signed_in(None).get(f"/policies/{version.pk}/").content.decode()
    assert version.digest in public
    assert "Compulsory Education Law, art. 11(1)" in public
    assert signed_in(None).get(f"/policies/{version.pk}/policy.yaml").content.decode() == version.text
    assert AdmissionRound.objects.get().policy_version == version
    assert "样教发〔2026〕12 号" in writer.get(here).content.decode()


def test_faults_come_back_with_path_and_clause_and_the_text_is_kept() -> None:
    world = county_with_zones()
    text = coming_text(twins="either", fallback=None)
    answer = signed_in(world.officer).post("/office/policies/write/", {"text": text})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<code>twins</code>" in page
    assert "<code>fallback" in page
    assert "either" in page
    assert not PolicyVersion.objects.exists()


def test_what_the_law_refuses_is_shown_with_its_clause_and_cannot_be_approved() -> None:
    world = county_with_zones()
    version = policy_checked(world, twins="either_wins")
    page = signed_in(world.second_officer).get(f"/office/policies/{version.pk}/").content.decode()
    assert "doubles the odds" in page
    assert f"/office/policies/{version.pk}/approve/" not in page
    assert version.status == PolicyStatus.DRAFT


def test_differences_show_both_readings() -> None:
    world = county_with_zones()
    policy_checked(world)
    private = {
        "choices": 1, "exclusive": False, "loser": "class_kept", "adjustment": False, "refill": "none",
        "winner_may_decline": True,
    }  # fmt: skip
    second = policy_checked(world, private=private)
    page = signed_in(auditor()).get(f"/office/policies/{second.pk}/differences/").content.decode()
    assert "<code>private.loser</code>" in page
    assert "<ins>class_kept</ins>" in page


def test_withdrawing_asks_for_a_reason() -> None:
    world = county_with_zones()
    version, visitor = policy_published(world), signed_in(world.officer)
    here = f"/office/policies/{version.pk}/withdraw/"
    assert post(visitor, here, confirmed="on") == 422
    assert post(visitor, here, confirmed="on", reason="a new notice") == 302
    assert signed_in(None).get(f"/policies/{version.pk}/").status_code == 404


@pytest.mark.parametrize("place", ["", "differences/"])
def test_auditors_read_and_strangers_do_not(place: str) -> None:
    world: RoundWorld = county_with_zones()
    here = f"/office/policies/{policy_checked(world).pk}/{place}"
    assert signed_in(auditor()).get(here).status_code == 200
    assert signed_in(officer("410182")).get(here).status_code == 403
    assert signed_in(guardian()).get(here).status_code == 403
    assert signed_in(None).get(here).status_code == 302
    assert post(signed_in(auditor()), f"/office/policies/{policy_checked(world, version=2).pk}/check/") == 403
