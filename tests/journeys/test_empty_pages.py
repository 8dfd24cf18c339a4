"""Pages of an installation where nothing is yet: no fault, and a next step instead of a blank."""

import re
from html import unescape
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.models import Role, User
from frontend.pages.urls import urlpatterns
from geo_data.services.districts import ensure_district
from geo_data.services.kinds import KINDS
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, guardian, officer, staff

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

# Pages that only take what a form sends, and say so.
NOT_READ = 405
MAIN = re.compile(r"<main.*?</main>", re.S)


def plain_addresses() -> list[str]:
    """Every address that names no thing."""
    return [
        reverse(page.name or "") for page in urlpatterns if not page.pattern.converters and not _groups(page)
    ]


def addresses_of_things() -> list[str]:
    """Every address that names a thing, which does not exist."""
    made = []
    for page in urlpatterns:
        if page.name in ("data-columns", "data-template"):  # of kinds, which are always there
            continue
        names = {**page.pattern.converters, **dict.fromkeys(_groups(page))}
        if names:
            made.append(reverse(page.name or "", kwargs={name: _made_up(name) for name in names}))
    return made


def _groups(page: URLPattern) -> list[str]:
    regex = getattr(page.pattern, "regex", None)
    return list(regex.groupindex) if regex is not None and not page.pattern.converters else []


def _made_up(name: str) -> object:
    plain = {"form": "pdf", "kind": "units", "name": "child", "district_code": world.CODE}
    if name.endswith("_id"):
        return 1 if name == "mapping_id" else UUID(int=1)
    return plain.get(name, "nowhere")


OFFICE = [address for address in plain_addresses() if address.startswith("/office/")]
FOR_AUDITORS = "/office/audit/"
NOTHING_TO_DO = {FOR_AUDITORS, "/office/data/headers/"}  # they fill by themselves
OTHERS = [address for address in plain_addresses() if not address.startswith("/office/")]


def desk_of(person: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if person:
        client.force_login(person)
    return client


def main_of(page: str) -> str:
    found = MAIN.search(page)
    assert found, page[:500]
    return unescape(found.group())


@pytest.fixture
def _empty_district(db: None) -> None:
    world.district()


@pytest.mark.usefixtures("_empty_district")
@pytest.mark.parametrize("address", OFFICE)
def test_office_page_of_a_district_without_data_says_what_to_do_next(address: str) -> None:
    person = auditor if address == FOR_AUDITORS else officer

    answer = desk_of(person(world.CODE)).get(address)

    assert answer.status_code in (200, 302, 404, NOT_READ), answer.status_code
    if answer.status_code == 200 and "html" in answer["Content-Type"]:
        main = main_of(answer.content.decode())
        assert address in NOTHING_TO_DO or re.search(r"<(a|button)\b", main), main
        assert "None" not in main


@pytest.mark.usefixtures("_empty_district")
@pytest.mark.parametrize("address", OFFICE)
def test_office_page_of_an_empty_district_has_no_fault_for_others_who_work_there(address: str) -> None:
    for person in (
        auditor(world.CODE),
        staff(Role.SCHOOL_OFFICER, world.CODE, "A"),
        staff(Role.ADMINISTRATOR, world.CODE),
    ):
        assert desk_of(person).get(address).status_code in (200, 302, 403, 404, NOT_READ), person.role


@pytest.mark.parametrize("address", OFFICE)
def test_office_page_of_somebody_whose_district_is_not_there_has_no_fault(address: str, db: None) -> None:
    assert desk_of(officer("990199")).get(address).status_code in (200, 302, 403, 404, NOT_READ)


@pytest.mark.parametrize("address", OTHERS)
@pytest.mark.parametrize("districts", [0, 1, 2])
def test_public_page_has_no_fault_where_nothing_is_yet(address: str, districts: int, db: None) -> None:
    for number in range(districts):
        ensure_district(
            actor=None, now=world.NOW, code=f"99010{number}", name=f"第{number}县", working_crs=world.EPSG
        )

    for client in (desk_of(None), desk_of(guardian())):
        answer = client.get(address)
        assert answer.status_code in (200, 302, 404, NOT_READ), answer.status_code
        if answer.status_code == 200 and not answer.streaming and "html" in answer["Content-Type"]:
            assert "None" not in main_of(answer.content.decode())


@pytest.mark.usefixtures("_empty_district")
@pytest.mark.parametrize("address", addresses_of_things())
def test_page_of_a_thing_that_is_not_there_is_not_found(address: str) -> None:
    for person in (officer(world.CODE), guardian()):
        assert desk_of(person).get(address).status_code in (302, 403, 404, NOT_READ), person.role


@pytest.mark.usefixtures("_empty_district")
@pytest.mark.parametrize(
    "query",
    [
        "?q=%E7%94%B2%E4%B9%99%E8%B7%AF12%E5%8F%B7",
        "?q=%00",
        "?q=" + "x" * 5000,
        "?lon=nan&lat=nan",
        "?lon=112.98&lat=34.75",
        "?on=2026-02-30",
        "?district=990199",
        "?district=%00",
    ],
)
def test_search_of_zones_in_an_empty_district_is_answered_whatever_is_asked(query: str) -> None:
    for address in ("/zones/", "/zones/schools/"):
        assert desk_of(None).get(address + query).status_code in (200, 400, 404, 422), address


@pytest.mark.usefixtures("_empty_district")
def test_every_kind_can_be_begun_in_an_empty_district() -> None:
    desk = desk_of(officer(world.CODE))

    for kind in KINDS:
        page = desk.get(f"/office/data/bring-in/?kind={kind.value}")
        assert page.status_code == 200
        assert desk.get(f"/office/data/templates/{kind.value}.xlsx").status_code == 200
        assert not KINDS[kind].needs or "要先导入其他数据" in main_of(page.content.decode()), kind
