"""A guardian registers a child on a page: declared, checked at its field, and taken back after a question."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from geo_data.models import SelfRegistration
from geo_data.selectors.registers import open_own
from tests.journeys.pages_world import PHONE, Visit
from tests.services import geo_world as world
from tests.services.accounts_world import guardian, officer

LIST, REGISTER = "/my/children/", "/my/children/register/"
FORM: dict[str, Any] = {
    "child_name": "甲子涵",
    "identity_number": "990102202001010028",
    "unit_name": "东柳庄村",
    "address": "3组12号",
    "guardian_name": "甲母",
}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _units(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if "browser" not in request.fixturenames:
        world.district()
        world.with_units(tmp_path)
        world.with_schools(tmp_path)


def desk_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def sent(client: Client, **changed: Any) -> Any:
    return client.post(REGISTER, {**FORM, **changed})


def test_a_child_is_stored_as_declared_with_the_phone_that_signed_in() -> None:
    person = guardian("+8613800000001")

    answer = sent(
        desk_of(person),
        registration_kind="家庭户",
        registered_at="here",
        dwelling_right="自有",
        residence_since="2019-08-01",
        school_now="P1",
    )

    assert (answer.status_code, answer["Location"]) == (302, LIST)
    row = SelfRegistration.objects.get()
    assert (row.unit_code, row.birth_on.isoformat(), row.sex) == ("C", "2020-01-01", "female")
    assert row.school_code == "P1"
    assert {fact["name"]: fact["value"] for fact in row.facts} == {
        "birth_date": "2020-01-01",
        "registration_kind": "family",
        "registration_district": world.CODE,
        "registration_unit": "C",
        "dwelling_right": "owned",
        "dwelling_unit": "C",
        "dwelling_district": world.CODE,
        "residence_since": "2019-08-01",
    }
    assert {fact["source"] for fact in row.facts} == {"declared"}
    [told] = open_own([row], person)
    assert (told.name, told.guardian, told.phone, told.address) == (
        "甲子涵",
        "甲母",
        "+8613800000001",
        "3组12号",
    )
    page = desk_of(person).get(LIST).content.decode()
    assert "甲子涵" in page
    assert "东柳庄村" in page


@pytest.mark.parametrize(
    ("where", "typed", "facts"),
    [
        ("county", "不算数", {"registration_district": world.CODE}),
        ("elsewhere", "990103", {"registration_district": "990103"}),
        ("", "不算数", {}),
    ],
)
def test_where_the_child_is_registered_is_stored_as_it_was_said(
    where: str, typed: str, facts: dict[str, str]
) -> None:
    sent(desk_of(guardian()), registered_at=where, registration_district=typed)

    stored = {fact["name"]: fact["value"] for fact in SelfRegistration.objects.get().facts}
    assert {name: value for name, value in stored.items() if name.startswith("registration")} == facts


@pytest.mark.parametrize(
    ("where", "typed", "facts"),
    [
        ("here", "不算数", {"guardian_registration_district": world.CODE}),
        ("elsewhere", "980121", {"guardian_registration_district": "980121"}),
        ("", "不算数", {}),
    ],
)
def test_where_the_guardian_is_registered_is_stored_as_it_was_said(
    where: str, typed: str, facts: dict[str, str]
) -> None:
    sent(desk_of(guardian()), guardian_registered_at=where, guardian_registered_in=typed)

    stored = {fact["name"]: fact["value"] for fact in SelfRegistration.objects.get().facts}
    assert {name: value for name, value in stored.items() if name.startswith("guardian")} == facts


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"child_name": ""}, "child_name", "请填写这一项。"),
        ({"identity_number": "990102202001010029"}, "identity_number", "校验"),
        ({"identity_number": "E12345678"}, "birth_on", "请填写这一项。"),
        ({"sex": "male"}, "identity_number", "性别"),
        ({"birth_on": "2020-01-02"}, "identity_number", "出生"),
        ({"guardian_identity": "12"}, "guardian_identity", "证件号码格式不正确"),
        ({"unit_name": "没有这个村"}, "unit_name", "没有找到"),
        ({"unit_name": "锦绣"}, "unit_name", "请从下面的列表里选"),
        ({"school_now": "P9"}, "school_now", "P9"),
        ({"registered_at": "elsewhere"}, "registration_district", "请填写这一项。"),
        ({"guardian_registered_at": "elsewhere"}, "guardian_registered_in", "请填写这一项。"),
        ({"guardian_identity": "990102202001010028"}, "guardian_identity", "儿童本人"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(
    changed: dict[str, str], field: str, words: str
) -> None:
    answer = sent(desk_of(guardian()), **changed)

    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert not SelfRegistration.objects.exists()


def test_a_child_with_another_document_tells_birth_date_and_sex() -> None:
    answer = sent(desk_of(guardian()), identity_number="E12345678", birth_on="2020-05-06", sex="male")

    assert answer.status_code == 302
    row = SelfRegistration.objects.get()
    assert (row.birth_on.isoformat(), row.sex) == ("2020-05-06", "male")


def test_the_same_child_twice_is_refused_in_words() -> None:
    client = desk_of(guardian())
    sent(client)

    answer = sent(client)

    assert answer.status_code == 422
    assert "您已登记过这名孩子" in answer.content.decode()
    assert SelfRegistration.objects.count() == 1


def test_a_registration_is_taken_back_after_a_question_by_its_guardian_only() -> None:
    mother = desk_of(guardian("+8613800000001"))
    sent(mother)
    row = SelfRegistration.objects.get()
    page = f"{LIST}{row.pk}/withdraw/"

    assert desk_of(guardian("+8613800000002")).post(page).status_code == 404
    assert desk_of(officer(world.CODE)).post(page).status_code == 403
    assert "撤回这条登记？" in mother.get(page).content.decode()
    row.refresh_from_db()
    assert row.withdrawn_at is None
    mother.post(page)

    row.refresh_from_db()
    assert row.withdrawn_at is not None
    assert "您还没有登记过孩子" in mother.get(LIST).content.decode()


def test_without_units_the_page_says_to_come_back_later() -> None:
    world.district().datasets.update(status="withdrawn")

    page = desk_of(guardian()).get(REGISTER).content.decode()

    assert "尚未录入" in page
    assert '<form method="post" action="/my/children' not in page


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_family_registers_a_child_on_a_small_phone_without_scripts(
    browser: Browser, live_server: LiveServer, settings: Settings, tmp_path: Path
) -> None:
    # given a county whose units are known
    settings.DEMO = True
    world.district()
    world.with_units(tmp_path)
    visit = Visit(browser, live_server.url, PHONE, scripts=False)

    # when a guardian signs in by code, leaves a field out, and chooses the estate from what was found
    visit.page.goto(f"{live_server.url}{REGISTER}")
    visit.page.fill("[name=phone]", "13800000001")
    visit.press("main form .button")
    visit.page.fill("main [name=code]", visit.page.inner_text(".receipt"))
    visit.press("main form .button >> nth=0")
    visit.page.fill("[name=child_name]", "甲子涵")
    visit.page.fill("[name=identity_number]", "990102202001010028")
    visit.page.fill("[name=unit_name]", "锦绣")
    visit.press("main .actions .button")
    visit.fits()
    assert "请再看一下" in visit.text()
    visit.page.check("[name=unit_choice][value=B]")
    visit.page.fill("[name=address]", "3号楼501")
    visit.page.fill("[name=guardian_name]", "甲母")
    visit.press("main .actions .button")

    # then the child stands in the list
    assert SelfRegistration.objects.get().unit_code == "B"
    assert "甲子涵" in visit.text()
    visit.fits()
