"""What each role finds in the office: a school its lines, an administrator the people, an auditor the log."""

import re

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import AuditEvent, Role, User
from admissions.models import AdmissionRound, Offer
from admissions.services.results import publish_results
from tests.services import round_world
from tests.services.accounts_world import DISTRICT, OTHER_DISTRICT, auditor, guardian, staff
from tests.services.round_world import RoundWorld

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

HOMES = ["u0", "u0", "u1", "u2", "u3"]


def test_school_sees_its_own_lines_and_after_publication_the_receipts_placed_there() -> None:
    # given a round before publication
    world, admission_round = _drawn_round()
    desk = _desk_of(staff(Role.SCHOOL_OFFICER, DISTRICT, "A"))
    receipts = f"/office/receipts/{admission_round.pk}/"

    # when the school looks, then it reads seats and applicants, and nobody is placed yet
    before = desk.get("/office/").content.decode()
    assert "A小学" in before
    assert "B小学" not in before
    assert receipts not in before
    assert not re.search(r"\d{8,}", _text(desk.get(receipts).content.decode()))

    # when results are published, then it reads exactly the receipts placed there
    publish_results(actor=world.officer, now=round_world.RESULTS_DAY, round_id=admission_round.pk)
    assert receipts in desk.get("/office/").content.decode()
    placed = Offer.objects.filter(line__school__code="A")
    shown = re.findall(r'class="figures">(\w+)<', desk.get(receipts).content.decode())
    assert sorted(shown) == sorted(placed.values_list("application__receipt__receipt", flat=True))
    assert len(shown) == 3


@pytest.mark.parametrize(
    "page", ["data/", "plans/", "audit/", "rounds/{round}/", "rounds/{round}/applications/"]
)
def test_school_and_administrator_are_kept_out_of_the_district(page: str) -> None:
    _world, admission_round = _drawn_round()
    address = f"/office/{page.format(round=admission_round.pk)}"

    for person in (staff(Role.SCHOOL_OFFICER, DISTRICT, "A"), staff(Role.ADMINISTRATOR, DISTRICT)):
        assert _desk_of(person).get(address).status_code == 403


def test_school_of_another_district_reads_no_receipts() -> None:
    _world, admission_round = _drawn_round()

    stranger = _desk_of(staff(Role.SCHOOL_OFFICER, OTHER_DISTRICT, "A"))

    assert stranger.get(f"/office/receipts/{admission_round.pk}/").status_code == 403


def test_administrator_closes_and_reopens_an_account_after_being_asked() -> None:
    # given an administrator, an officer and a family
    officer, family = staff(Role.DISTRICT_OFFICER, username="wang"), guardian()
    administrator = staff(Role.ADMINISTRATOR, DISTRICT, username="root-of-it-all")
    desk, address = _desk_of(administrator), f"/office/people/{officer.pk}/"

    # when the people are listed, then the family is not among them
    listed = desk.get("/office/").content.decode()
    assert "wang" in listed
    assert str(family.pk) not in listed
    assert desk.get(f"/office/people/{family.pk}/").status_code == 404

    # when the account is closed and opened again, then each is asked first and recorded
    assert "停用 wang 的账号？" in desk.get(address).content.decode()
    desk.post(address, {"step": "close"})
    assert not User.objects.get(pk=officer.pk).is_active
    assert "恢复 wang 的账号？" in desk.get(address).content.decode()
    desk.post(address, {"step": "reopen"})
    assert User.objects.get(pk=officer.pk).is_active
    actions = AuditEvent.objects.filter(subject_id=str(officer.pk)).order_by("id")
    assert list(actions.values_list("action", flat=True)) == ["staff.closed", "staff.reopened"]


def test_administrator_reaches_neither_another_district_nor_the_own_account() -> None:
    administrator = staff(Role.ADMINISTRATOR, DISTRICT)
    elsewhere = staff(Role.DISTRICT_OFFICER, OTHER_DISTRICT)
    desk = _desk_of(administrator)

    assert desk.post(f"/office/people/{elsewhere.pk}/", {"step": "close"}).status_code == 403
    desk.post(f"/office/people/{administrator.pk}/", {"step": "close"})

    assert User.objects.filter(pk__in=[administrator.pk, elsewhere.pk], is_active=True).count() == 2


def test_auditor_reads_the_district_and_its_log_and_can_press_nothing() -> None:
    # given a round whose list is closed
    world = round_world.county_with_zones()
    admission_round = round_world.round_open(world)
    round_world.entries_closed(world, admission_round)
    desk, officer = _desk_of(auditor()), _desk_of(world.officer)
    page = f"/office/rounds/{admission_round.pk}/"

    # when the auditor reads, then the log is there, newest first, and no step can be taken
    assert "/office/audit/" in desk.get("/office/").content.decode()
    assert "/office/audit/" not in officer.get("/office/").content.decode()
    log = desk.get("/office/audit/").content.decode()
    assert log.index("entries.closed") < log.index("round.opened")
    assert f"{page}values/" in officer.get(page).content.decode()
    assert f"{page}values/" not in desk.get(page).content.decode()
    assert desk.post(f"{page}values/", {"name": round_world.NAMES[0], "value": "7"}).status_code == 403
    assert officer.get("/office/audit/").status_code == 403


@pytest.mark.parametrize(
    ("address", "for_ever"),
    [
        ("/static/assets/main-BySxtQaJ.js", True),
        ("/static/assets/disclose-version-DTxutD_T.js", True),
        ("/static/assets/main-BySxtQaJ.0123456789ab.js", True),
        ("/static/mark.0123456789ab.svg", True),
        ("/static/mark.svg", False),
        ("/static/assets/plain.js", False),
    ],
)
def test_only_names_with_a_digest_are_kept_for_ever(address: str, for_ever: bool) -> None:
    assert bool(re.search(settings.WHITENOISE_IMMUTABLE_FILE_TEST, address)) is for_ever


def _desk_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _text(page: str) -> str:
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"<[^>]*>", " ", main)


def _drawn_round() -> tuple[RoundWorld, AdmissionRound]:
    world = round_world.county_with_zones()
    numbers = round_world.add_children(world, HOMES)
    admission_round = round_world.round_open(world)
    forms = [round_world.form(number, unit) for number, unit in zip(numbers, HOMES, strict=True)]
    round_world.file_all(world, admission_round, forms)
    round_world.drawn(world, admission_round)
    return world, admission_round
