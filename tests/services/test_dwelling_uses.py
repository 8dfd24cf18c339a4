"""Dwelling locks: a used dwelling re-places the next child until the anniversary, and refuses none."""

from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from admissions.models import AdmissionRound, ChoiceOutcome, DwellingUse, Entry, Offer, OfferStatus, Placement
from admissions.services.dwelling_uses import import_dwelling_uses, record_dwelling_uses
from admissions.services.results import bundle_faults, publish_results
from common.errors import NotPermitted
from geo_data.models import DatasetKind, RegisterEntry
from geo_data.selectors.registers import dwelling_key, person_index, property_index
from geo_data.tables.dwelling_use_table import DwellingUseRow
from tests.services.accounts_world import auditor
from tests.services.round_world import (
    OPENS,
    RESULTS_DAY,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    file_all,
    form,
    round_open,
)
from tests.services.worlds import dataset

pytestmark = pytest.mark.django_db

FATHER, MOTHER, OTHER = "990151198001010018", "990151198201010020", "990151197901010019"
KEY = "410181 F0007"
LOCKED, FREE = date(2020, 9, 2), date(2020, 9, 1)  # six years before the children of 2026 are enrolled


def used(world: RoundWorld, enrolled_on: date = LOCKED, guardians: tuple[str, ...] = (OTHER,)) -> None:
    """The dwelling took a place at school A."""
    import_dwelling_uses(
        actor=world.officer,
        now=OPENS,
        district_code="410181",
        rows=[DwellingUseRow(KEY, "A", enrolled_on, guardians)],
        source="earlier years",
    )


def listed_guardians(world: RoundWorld, number: str, *guardians: str) -> None:
    """A list of residents that names the child's guardians, a row for each."""
    listing = dataset(world.county.district, DatasetKind.REGISTRATIONS)
    for place, guardian in enumerate(guardians):
        RegisterEntry.objects.create(
            dataset=listing,
            row_number=place + 2,
            person_sealed=b"-",
            record_index=f"{place}",
            identity_index=person_index(number),
            guardian_index=person_index(guardian),
            birth_on=date(2020, 3, 4),
        )


def placed(world: RoundWorld, number: str) -> tuple[AdmissionRound, str | None, str]:
    """The child of that number applies alone; return the round, the line of its place, and the reason at school A."""
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0")])
    record = drawn(world, opened)
    assert bundle_faults(record) == []
    place = Placement.objects.select_related("line").get(draw=record)
    outcome = ChoiceOutcome.objects.get(draw=record, line__line_id="A.zone")
    return opened, place.line.line_id if place.line else None, outcome.reason


def test_a_used_dwelling_places_the_child_at_another_school_and_says_why() -> None:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"], dwelling_key=KEY)
    used(world)
    _, line, reason = placed(world, number)
    assert (line, reason) == ("B.zone", "dwelling_locked")
    assert Entry.objects.get().locked == {"A.zone": "2026-09-02"}


def test_on_the_anniversary_the_dwelling_is_free() -> None:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"], dwelling_key=KEY)
    used(world, FREE)
    _, line, reason = placed(world, number)
    assert (line, reason) == ("A.zone", "admitted")


def test_where_there_is_no_other_school_the_child_keeps_this_one() -> None:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"], dwelling_key=KEY)
    used(world)
    opened = round_open(world, fallback={"kind": "nearest_first", "distance_cap_metres": 900})
    file_all(world, opened, [form(number, "u0")])
    record = drawn(world, opened)
    place = Placement.objects.select_related("line").get(draw=record)
    assert place.line is not None
    assert (place.line.line_id, place.reason) == ("A.zone", "coordinated")


@pytest.mark.parametrize(
    ("before", "now", "line"),
    [
        ((FATHER, MOTHER), (FATHER, MOTHER), "A.zone"),
        ((FATHER, MOTHER), (FATHER,), "B.zone"),
        ((FATHER, OTHER), (FATHER, MOTHER), "B.zone"),
        ((), (), "B.zone"),
    ],
)
def test_children_of_the_same_parents_are_exempt_and_unknown_parents_are_not_the_same(
    before: tuple[str, ...], now: tuple[str, ...], line: str
) -> None:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"], dwelling_key=KEY)
    listed_guardians(world, number, *now)
    used(world, guardians=before)
    assert placed(world, number)[1] == line


def test_same_parents_are_locked_where_the_policy_exempts_nobody() -> None:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"], dwelling_key=KEY)
    listed_guardians(world, number, FATHER)
    used(world, guardians=(FATHER,))
    opened = round_open(world, dwelling_lock={"years": 6, "same_parents_exempt": False})
    file_all(world, opened, [form(number, "u0")])
    assert Placement.objects.get(draw=drawn(world, opened)).reason == "coordinated"


def test_an_enrolled_child_leaves_its_use_once_and_the_next_round_sees_it() -> None:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"], dwelling_key=KEY)
    listed_guardians(world, number, FATHER)
    opened, line, _ = placed(world, number)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    offer = Offer.objects.get()
    assert (line, offer.status) == ("A.zone", OfferStatus.HELD)
    assert [record_dwelling_uses(offers=[offer], now=RESULTS_DAY) for _ in range(2)] == [1, 0]
    use = DwellingUse.objects.get()
    assert (use.dwelling_index, use.school_code, use.enrolled_on) == (
        property_index(KEY),
        "A",
        date(2026, 9, 1),
    )
    assert use.guardians == [person_index(FATHER)]
    assert KEY not in str(vars(use))


@pytest.mark.parametrize(
    "changes",
    [{"facts": {"dwelling_key": None}}, {"policy": {"dwelling_lock": None}}, {"line": "P.private_open"}],
    ids=["no dwelling stated", "no lock in the policy", "a private seat"],
)
def test_no_use_is_recorded_where_no_dwelling_gave_the_claim(changes: dict[str, object]) -> None:
    world = county_with_zones()
    facts = {"dwelling_key": KEY, **changes.get("facts", {})}  # type: ignore[dict-item]
    (number,) = add_children(world, ["u0"], **facts)
    policy: dict[str, object] = changes.get("policy", {})  # type: ignore[assignment]
    opened = round_open(world, **policy)
    private = ("P",) if "line" in changes else ()
    file_all(world, opened, [form(number, "u0", private_schools=private)])
    drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    assert record_dwelling_uses(offers=[Offer.objects.get()], now=RESULTS_DAY) == 0
    assert not DwellingUse.objects.exists()


def test_earlier_years_are_imported_once_and_only_by_who_imports_data() -> None:
    world = county_with_zones()
    used(world)
    used(world)
    assert DwellingUse.objects.count() == 1
    with pytest.raises(NotPermitted):
        import_dwelling_uses(actor=auditor(), now=OPENS, district_code="410181", rows=[], source="x")


def test_command_reads_a_list_and_refuses_a_bad_one_whole(tmp_path: Path) -> None:
    county_with_zones()
    good = tmp_path / "uses.csv"
    header = "不动产单元号,学校编号,入学日期,监护人身份证号,另一监护人身份证号"
    good.write_text(f"{header}\n{KEY},A,2020-09-01,{FATHER},{MOTHER}\nF8,B,2021-09-01,,\n", encoding="utf-8")
    said = StringIO()
    call_command("import_dwelling_uses", good, "--district=410181", stdout=said)
    assert "2 uses recorded" in said.getvalue()
    assert DwellingUse.objects.get(school_code="A").guardians == sorted(map(person_index, (FATHER, MOTHER)))
    bad = tmp_path / "bad.csv"
    bad.write_text(f"{header}\nF9,A,2020-09-01,{FATHER[:-1]}X,\nF10,A,soon,,\n", encoding="utf-8")
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("import_dwelling_uses", bad, "--district=410181", stdout=said)
    assert FATHER[:-1] not in said.getvalue()
    assert DwellingUse.objects.count() == 2


def test_uses_cannot_be_changed() -> None:
    used(county_with_zones())
    with pytest.raises(Exception, match="Cannot update"):
        DwellingUse.objects.update(enrolled_on=FREE - timedelta(days=1))


def test_a_dwelling_has_one_key_whether_a_list_told_its_number_or_its_key() -> None:
    number = "990101000000001F0001"

    assert dwelling_key(number) == dwelling_key(dwelling_key(number))
    assert dwelling_key(number) != dwelling_key("990101000000002F0001")
