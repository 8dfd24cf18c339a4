"""What a district states for its projections: stored as versions, used by the next projection, pinned on it."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent
from common.errors import DomainError, NotPermitted
from geo_data.models import ProjectionSettings, Stage
from geo_data.projection.defaults import THRESHOLDS, YIELDS
from geo_data.projection.records import HousingYield
from geo_data.projection.seat_warnings import Thresholds
from geo_data.projection.stated import reasons_against_settings
from geo_data.selectors.projection_settings import StatedSettings, current_settings, list_settings
from geo_data.selectors.projections import load_expected
from geo_data.services.projection_settings import state_settings
from tests.services.accounts_world import OTHER_DISTRICT, auditor, guardian, officer
from tests.services.projection_world import add_housing, counted, projected
from tests.services.worlds import DISTRICT, NOON, small_county

pytestmark = pytest.mark.django_db
PAGE = "/office/forecast/settings/primary/"
YIELDS_NOW = YIELDS["primary"]
TIGHT = Thresholds(900, 950, 1050, 2)
MINE = {**YIELDS_NOW, "resettlement": HousingYield((100,), (80,))}


def stated(
    *,
    number: int = 0,
    thresholds: Thresholds = TIGHT,
    yields: Any = None,
    reason: str = "县政府〔2026〕3号",
    person: Any = None,
) -> ProjectionSettings:
    """The next version of the primary stage, by an officer."""
    return state_settings(
        actor=person or officer(),
        now=NOON,
        district_code=DISTRICT,
        stage=Stage.PRIMARY,
        stated=StatedSettings(number, thresholds, MINE if yields is None else yields),
        reason=reason,
    )


def written(**changed: str) -> dict[str, str]:
    """The page's form as it is filled at first."""
    fields = {"yellow": "95", "orange": "100", "red": "110", "warned_years": "3", "number": "0"}
    for kind, one in YIELDS_NOW.items():
        fields[f"moved-{kind}"] = " ".join(map(str, one.moved_in_percent))
        fields[f"children-{kind}"] = " ".join(map(str, one.children_per_1000))
    return {**fields, "reason": "发改委调查", **changed}


def test_the_initial_values_hold_until_the_district_states_its_own() -> None:
    small_county()

    before = current_settings(DISTRICT, Stage.PRIMARY)
    person = officer()
    row = stated(person=person)
    after = current_settings(DISTRICT, Stage.PRIMARY)

    assert (before.number, before.thresholds, before.is_local) == (0, Thresholds(950, 1000, 1100, 3), False)
    assert (after.number, after.thresholds, after.is_local) == (1, TIGHT, True)
    assert after.yields["resettlement"] == HousingYield((100,), (80,))
    assert current_settings(DISTRICT, Stage.JUNIOR).number == 0
    assert (row.reason, row.stated_by) == ("县政府〔2026〕3号", person)
    event = AuditEvent.objects.get(action="projection_settings.stated")
    assert (event.details["number"], event.details["yellow"]) == (1, 900)
    assert "reason" not in event.details


def test_a_projection_is_made_with_them_and_one_made_before_keeps_its_own() -> None:
    # given 1,000 dwellings for resettlement in 2028, and a county that counts 80 children in them at once
    found = counted()
    add_housing(found)
    before = projected()
    stated()

    after = projected()

    def first_unit(projection: Any) -> list[int]:
        table = load_expected(projection)
        return [int(n) for n in table.children[:, table.units.index("u0")].sum(axis=1)]

    assert first_unit(before) == [8, 8, 29, 38, 43, 43]
    assert first_unit(after) == [8, 8, 88, 88, 88, 88]
    assert (before.parameters["settings"], before.parameters["thresholds"]["yellow"]) == (0, 950)
    assert (after.parameters["settings"], after.parameters["thresholds"]["yellow"]) == (1, 900)
    assert after.parameters["method"]["yields"]["resettlement"]["children_per_1000"] == [80]
    assert "yields_not_local" in {one["code"] for one in before.assumptions}
    assert "yields_not_local" not in {one["code"] for one in after.assumptions}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reason": " "}, "projection_settings_reason"),
        ({"reason": "长" * 501}, "projection_settings_reason"),
        ({"thresholds": Thresholds(1000, 950, 1100)}, "projection_settings_unfit"),
        ({"yields": {"other": HousingYield((1,), (1,))}}, "projection_settings_unfit"),
        ({"number": 1}, "projection_settings_changed"),
        ({"thresholds": THRESHOLDS, "yields": YIELDS_NOW}, "projection_settings_same"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(changed: dict[str, Any], code: str) -> None:
    small_county()

    with pytest.raises(DomainError) as refusal:
        stated(**changed)

    assert refusal.value.code == code
    assert not ProjectionSettings.objects.exists()
    assert not AuditEvent.objects.filter(action="projection_settings.stated").exists()


@pytest.mark.parametrize("actor", [guardian, auditor, lambda: officer(OTHER_DISTRICT)])
def test_only_an_officer_of_the_district_states_them(actor: Any) -> None:
    small_county()
    figures = StatedSettings(0, TIGHT, MINE)

    with pytest.raises(NotPermitted):
        state_settings(
            actor=actor(),
            now=NOON,
            district_code=DISTRICT,
            stage=Stage.PRIMARY,
            stated=figures,
            reason="x",
        )

    assert not ProjectionSettings.objects.exists()


def test_versions_are_only_ever_added_and_listed_with_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    small_county()
    person = officer()
    first = stated(person=person)
    stated(number=1, thresholds=replace(TIGHT, red=1200), person=person)

    with django_assert_num_queries(1):
        assert [(row.number, row.stated_by.username) for row in list_settings(DISTRICT, Stage.PRIMARY)] == [
            (2, person.username),
            (1, person.username),
        ]
    for attempt in (
        lambda: ProjectionSettings.objects.filter(pk=first.pk).update(red=2000),
        lambda: ProjectionSettings.objects.filter(pk=first.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


@pytest.mark.parametrize(
    ("thresholds", "moved_in", "children", "reasons"),
    [
        (Thresholds(950, 1000, 1100, 3), (20, 100), (30,), ()),
        (Thresholds(1, 1, 1, 1), (0,), (0,), ()),
        (Thresholds(3000, 3000, 3000, 6), (100,) * 20, (1000,), ()),
        (Thresholds(0, 1000, 1100, 3), (20,), (30,), ("thresholds_out_of_order",)),
        (Thresholds(1001, 1000, 1100, 3), (20,), (30,), ("thresholds_out_of_order",)),
        (Thresholds(950, 1101, 1100, 3), (20,), (30,), ("thresholds_out_of_order",)),
        (Thresholds(950, 1000, 3001, 3), (20,), (30,), ("thresholds_out_of_order",)),
        (Thresholds(950, 1000, 1100, 0), (20,), (30,), ("warned_years_out_of_range",)),
        (Thresholds(950, 1000, 1100, 7), (20,), (30,), ("warned_years_out_of_range",)),
        (THRESHOLDS, (20, 19), (30,), ("moved_in_out_of_range",)),
        (THRESHOLDS, (101,), (30,), ("moved_in_out_of_range",)),
        (THRESHOLDS, (), (30,), ("moved_in_out_of_range",)),
        (THRESHOLDS, (1,) * 21, (30,), ("moved_in_out_of_range",)),
        (THRESHOLDS, (20,), (1001,), ("children_out_of_range",)),
        (THRESHOLDS, (20,), (-1,), ("children_out_of_range",)),
    ],
)
def test_figures_are_in_order_and_in_range(
    thresholds: Thresholds, moved_in: tuple[int, ...], children: tuple[int, ...], reasons: tuple[str, ...]
) -> None:
    found = reasons_against_settings(thresholds, {"other": HousingYield(moved_in, children)}, kinds=["other"])

    assert found == reasons


def test_kinds_without_figures_and_figures_without_a_kind_are_told() -> None:
    one = HousingYield((100,), (30,))

    assert reasons_against_settings(THRESHOLDS, {}, kinds=["other"]) == ("yield_kinds_differ",)
    assert reasons_against_settings(THRESHOLDS, {"other": one, "tent": one}, kinds=["other"]) == (
        "yield_kinds_differ",
    )


def desk(person: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def test_the_page_takes_figures_in_per_cent_and_shows_them_with_their_reason() -> None:
    small_county()
    office = desk(officer())

    assert "Nobody has stated figures yet" in office.get(PAGE).content.decode()
    sent = office.post(PAGE, written(**{"yellow": "92.5", "children-commercial": "31、35,39，42 45"}))

    assert (sent.status_code, sent.headers["Location"]) == (302, PAGE)
    now = current_settings(DISTRICT, Stage.PRIMARY)
    assert (now.number, now.thresholds.yellow) == (1, 925)
    assert now.yields["commercial"].children_per_1000 == (31, 35, 39, 42, 45)
    page = office.get(PAGE).content.decode()
    assert "发改委调查" in page
    assert "above 92.5 %" in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"yellow": "101"}, "Yellow comes before orange, orange before red."),
        ({"moved-other": "50 40"}, "A share of homes lived in cannot fall from year to year."),
        ({"moved-other": "50 many"}, "Write whole numbers with spaces between them, a number a year."),
        ({"moved-other": "101"}, "Each number is at most 100."),
        ({"reason": ""}, "This field is required."),
        ({"number": "4"}, "Somebody else changed the figures meanwhile."),
    ],
)
def test_the_page_says_what_is_wrong_and_stores_nothing(changed: dict[str, str], words: str) -> None:
    small_county()

    answer = desk(officer()).post(PAGE, written(**changed))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ProjectionSettings.objects.exists()


def test_others_of_the_district_read_the_figures_and_cannot_change_them() -> None:
    small_county()
    reader = desk(auditor())

    page = reader.get(PAGE)

    assert (page.status_code, 'name="yellow"' in page.content.decode()) == (200, False)
    assert "Children of new housing, by full years since delivery" in page.content.decode()
    assert reader.post(PAGE, written()).status_code == 403
    assert desk(officer()).get("/office/forecast/settings/college/").status_code == 404


def test_a_projection_shows_and_prints_with_which_figures_it_was_made() -> None:
    counted()
    stated()
    found = projected()
    office = desk(officer())

    page = office.get(f"/office/forecast/{found.pk}/").content.decode()
    printed = office.get(f"/office/forecast/{found.pk}/projection.pdf")

    assert "as the county stated them, version 1" in page
    assert "above 90.0 %" in page
    assert printed.content.startswith(b"%PDF")
