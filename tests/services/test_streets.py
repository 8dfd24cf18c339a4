"""Street networks, what officers change in them, and the distances measured on them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, User
from common.errors import NotPermitted
from geo_data.models import (
    AddressEntry,
    Dataset,
    DatasetKind,
    DatasetStatus,
    DistanceMeasure,
    DistanceMethod,
    StreetEdit,
    StreetNetwork,
    UnitDistances,
)
from geo_data.selectors import known_streets
from geo_data.selectors.datasets import NoSuchDataset, get_current_dataset
from geo_data.selectors.districts import get_district
from geo_data.selectors.known_streets import load_street_marks
from geo_data.selectors.measures import find_unit_distances, load_distances
from geo_data.selectors.routes import NoWayOnFoot, find_route, find_walks
from geo_data.selectors.schools import NoSuchSchool
from geo_data.selectors.street_map import (
    find_stretch,
    search_streets,
    street_overview,
    streets_geojson,
    streets_near,
)
from geo_data.selectors.streets import NoSuchEdit
from geo_data.services.datasets import ImportRefused
from geo_data.services.import_streets import import_streets
from geo_data.services.measures import STRAIGHT, Manner, MeasureOutOfRange, compute_measure
from geo_data.services.street_edits import (
    EditUndoneAlready,
    EditWithoutReason,
    LinkGoesNowhere,
    NoNodeNear,
    NoSuchStreet,
    add_link,
    close_street,
    undo_edit,
)
from geo_data.streets.edits import Pair
from geo_data.tables.offsets import bd09_from_wgs84
from tests.services.accounts_world import auditor, officer
from tests.services.street_world import AT, HIGHWAY, LINES, MIDDLE, measured, streets_file, with_streets
from tests.services.worlds import DISTRICT, NOON, SIDE, SOUTH, WEST, add_school, dataset, small_county

pytestmark = pytest.mark.django_db
WALK_WITH_PENALTY = Manner(DistanceMethod.WALK, 100)


@pytest.fixture(autouse=True)
def _county(tmp_path: Path) -> None:
    small_county()
    with_streets(tmp_path)


def shifted(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    x, y = bd09_from_wgs84(*(np.array(side) for side in zip(*points, strict=True)))
    return list(zip(x.tolist(), y.tolist(), strict=True))


def metres(measure: DistanceMeasure) -> dict[tuple[str, str], int]:
    return dict(load_distances(measure).between())


def stretch_between_second_and_third() -> Pair:
    dataset = get_current_dataset(DISTRICT, DatasetKind.STREETS)
    [found] = [row for row in search_streets(dataset, "长街") if row.ends == ("环路", "环路")]
    return found.edge


def close(actor: User | None = None, reason: str = "施工") -> StreetEdit:
    edge = stretch_between_second_and_third()
    return close_street(actor=actor, now=NOON, district_code=DISTRICT, edge=edge, reason=reason)


def link(
    start: tuple[float, float], end: tuple[float, float], actor: User | None = None, reason: str = "天桥"
) -> StreetEdit:
    return add_link(
        actor=actor, now=NOON, district_code=DISTRICT, ends=(start, end), place="人行天桥", reason=reason
    )


def test_the_network_is_stored_whole_and_its_island_is_found() -> None:
    dataset = get_current_dataset(DISTRICT, DatasetKind.STREETS)

    network = StreetNetwork.objects.get(dataset=dataset)

    assert (network.nodes, network.edges, dataset.row_count) == (11, 10, 10)
    assert [(one["code"], one["value"]) for one in dataset.findings] == [
        ("street_islands_small", "1: 2 @ 114.03010, 34.00800")
    ]


def test_the_same_file_twice_is_one_version(tmp_path: Path) -> None:
    again = with_streets(tmp_path)

    assert not again.is_new
    assert StreetNetwork.objects.count() == 1


def test_walks_follow_the_streets_and_straight_lines_do_not() -> None:
    walk, straight = metres(measured()), metres(measured(STRAIGHT))

    assert walk["u0", "A"] == straight["u0", "A"] == 0
    assert straight["u1", "A"] == 923
    assert walk["u1", "A"] in (923, 924)
    assert walk["u3", "A"] in (2770, 2771, 2772)
    assert len(walk) == 8
    assert all(walk[pair] >= straight[pair] for pair in straight)


def test_crossing_the_main_road_counts_for_the_penalty_once() -> None:
    plain, penalized = metres(measured()), metres(measured(WALK_WITH_PENALTY))

    assert {pair: penalized[pair] - plain[pair] for pair in plain} == {
        **{(unit, "A"): 0 for unit in ("u0", "u1", "u2")},
        **{(unit, "B"): 100 for unit in ("u0", "u1", "u2")},
        ("u3", "A"): 100,
        ("u3", "B"): 0,
    }


def test_a_closed_street_makes_the_way_longer_until_it_is_opened_again() -> None:
    before = measured()
    edit = close()
    closed = measured()
    undo_edit(actor=None, now=NOON, edit_id=edit.pk, reason="完工")

    assert metres(closed)["u3", "A"] - metres(before)["u3", "A"] == 444  # 0.004 degrees of latitude
    assert measured() == before  # the same versions and edits in the same manner: nothing is measured twice
    assert [measure.number for measure in DistanceMeasure.objects.order_by("number")] == [1, 2]
    assert closed.edits["closed"] == [list(stretch_between_second_and_third())]


def test_a_link_joins_an_island() -> None:
    dataset = get_current_dataset(DISTRICT, DatasetKind.STREETS)
    assert [nodes for nodes, *_ in street_overview(dataset).islands] == [2]

    link((WEST + 0.0301, MIDDLE + 0.003), (HIGHWAY, SOUTH + SIDE))

    assert street_overview(dataset).islands == ()
    assert find_walks(measured(), WEST + 0.0305, MIDDLE + 0.003, ["B"])["B"] > 0


def test_every_change_is_recorded_with_who_when_and_why() -> None:
    person = officer()
    edit = close(person, reason=" 施工 ")
    undo_edit(actor=person, now=NOON, edit_id=edit.pk, reason="完工")
    link((AT[0], MIDDLE), (AT[1], MIDDLE + 0.002), person)

    edit.refresh_from_db()
    assert (edit.made_by, edit.made_at, edit.reason, edit.place) == (person, NOON, "施工", "长街")
    assert (edit.undone_by, edit.undone_reason) == (person, "完工")
    events = AuditEvent.objects.filter(action__startswith="street_edit.").order_by("id")
    assert [(event.action, event.actor_id, event.details["reason"]) for event in events] == [
        ("street_edit.close", person.pk, "施工"),
        ("street_edit.undone", person.pk, "完工"),
        ("street_edit.link", person.pk, "天桥"),
    ]


@pytest.mark.parametrize("place", ["far", "same", "joined"])
def test_a_link_that_joins_nothing_is_refused_and_nothing_is_written(place: str) -> None:
    # 50 m from the end of the main road is near enough, farther is not
    ends = {"far": (HIGHWAY, SOUTH - 0.00046), "same": (AT[0] + 0.0001, MIDDLE), "joined": (AT[1], MIDDLE)}

    with pytest.raises(NoNodeNear if place == "far" else LinkGoesNowhere):
        link((AT[0], MIDDLE), ends[place])

    assert not StreetEdit.objects.exists()
    assert link((AT[0], MIDDLE), (HIGHWAY, SOUTH - 0.00044)).kind == "link"


def test_streets_are_changed_by_officers_of_the_district_with_a_reason() -> None:
    events = AuditEvent.objects.count()
    for person in (auditor(), officer("410182")):
        with pytest.raises(NotPermitted):
            close(person)
        with pytest.raises(NotPermitted):
            link((AT[0], MIDDLE), (AT[1], MIDDLE + 0.002), person)
        with pytest.raises(NotPermitted):
            compute_measure(actor=person, now=NOON, district_code=DISTRICT)
    with pytest.raises(EditWithoutReason):
        close(reason="  ")

    assert not StreetEdit.objects.exists()
    assert not DistanceMeasure.objects.exists()
    assert AuditEvent.objects.count() == events


def test_a_street_is_closed_once_and_a_change_undone_once() -> None:
    edge = stretch_between_second_and_third()
    edit = close()

    with pytest.raises(NoSuchStreet):
        close_street(actor=None, now=NOON, district_code=DISTRICT, edge=edge, reason="再次")
    undo_edit(actor=None, now=NOON, edit_id=edit.pk, reason="完工")
    with pytest.raises(EditUndoneAlready):
        undo_edit(actor=None, now=NOON, edit_id=edit.pk, reason="完工")
    with pytest.raises(NoSuchEdit):
        undo_edit(actor=None, now=NOON, edit_id=DistanceMeasure().pk, reason="完工")


def test_changes_and_measures_cannot_be_rewritten() -> None:
    edit, measure = close(), measured()

    def refused(change: Any) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()

    refused(lambda: StreetEdit.objects.filter(pk=edit.pk).update(reason="其他"))
    refused(lambda: StreetEdit.objects.filter(pk=edit.pk).delete())
    refused(lambda: DistanceMeasure.objects.filter(pk=measure.pk).update(penalty_m=1))
    refused(lambda: UnitDistances.objects.filter(measure=measure).update(metres=[0, 0]))
    refused(lambda: UnitDistances.objects.filter(measure=measure).delete())


def test_changes_hold_for_the_next_version_and_those_it_has_no_streets_for_are_told(tmp_path: Path) -> None:
    close()
    first = measured()
    assert first.report["lost_edits"] == []

    lines = [("支路", "新街", [(AT[0], MIDDLE), (AT[3], MIDDLE)])]
    import_streets(actor=None, now=NOON, district_code=DISTRICT, path=streets_file(tmp_path, lines))
    second = measured()

    assert len(second.report["lost_edits"]) == 1
    assert second.edits == first.edits


def test_places_far_from_every_street_are_listed_and_those_beyond_the_limit_have_no_way() -> None:
    # given: a school 120 m north of the end of the island's street, and one where there is no street at all
    schools = get_current_dataset(DISTRICT, DatasetKind.SCHOOLS)
    for code, longitude, latitude in (("C", AT[0], MIDDLE + 0.00108), ("D", WEST, SOUTH - 0.02)):
        school = add_school(schools, code, 0, 10)
        school.point.x, school.point.y = longitude, latitude
        school.save()

    found = measured()

    assert [(place["code"], place["metres"]) for place in found.report["far_schools"]] == [
        ("D", None),
        ("C", 120),
    ]
    assert found.report["far_units"] == []
    assert found.report["pairs_without_way"] == 4
    assert ("u0", "D") not in metres(found)
    assert metres(found)["u0", "C"] == 119  # the straight way to the street is walked


def test_a_way_longer_than_the_limit_is_not_kept() -> None:
    found = metres(measured(Manner(DistanceMethod.WALK, 0, 1000, 1000)))

    assert sorted(found) == [("u0", "A"), ("u1", "A"), ("u2", "B"), ("u3", "B")]


@pytest.mark.parametrize(
    ("name", "value"),
    [("penalty_m", -1), ("penalty_m", 2001), ("snap_limit_m", 9), ("snap_limit_m", 5001), ("limit_m", 499)],
)
def test_a_manner_out_of_range_is_refused(name: str, value: int) -> None:
    asked: dict[str, Any] = {"method": DistanceMethod.WALK, name: value}
    with pytest.raises(MeasureOutOfRange):
        measured(Manner(**asked))
    assert not DistanceMeasure.objects.exists()


def test_without_streets_there_are_no_walks_but_straight_lines() -> None:
    small_county(code="410199")

    with pytest.raises(NoSuchDataset):
        compute_measure(actor=None, now=NOON, district_code="410199")
    found = compute_measure(actor=None, now=NOON, district_code="410199", manner=STRAIGHT)
    assert (found.streets_dataset, metres(found)["u1", "A"]) == (None, 923)


def test_a_route_is_a_line_with_its_length() -> None:
    measure = measured(WALK_WITH_PENALTY)

    found = find_route(measure, AT[2], MIDDLE, "B")

    assert (found.crossings, found.metres - found.way_metres) == (1, 100)
    assert found.straight_metres == 923
    assert found.way_metres in (923, 924)
    assert found.minutes == 18  # of the metres that count, at 60 m a minute, rounded up
    assert found.line[0] == pytest.approx((AT[2], MIDDLE), abs=2e-6)
    assert found.line[-1] == pytest.approx((AT[3], MIDDLE), abs=2e-6)
    assert found.metres == find_walks(measure, AT[2], MIDDLE, ["B"])["B"]


def test_a_place_without_a_street_near_has_no_route() -> None:
    measure = measured()

    with pytest.raises(NoWayOnFoot):
        find_route(measure, AT[2], SOUTH - 0.05, "B")
    with pytest.raises(NoWayOnFoot):
        find_route(measure, WEST + 0.0305, MIDDLE + 0.003, "B")
    with pytest.raises(NoSuchSchool):
        find_route(measure, AT[2], MIDDLE, "Z")
    assert find_walks(measure, WEST + 0.0305, MIDDLE + 0.003, ["A", "B"]) == {}


def test_a_unit_is_looked_up_with_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    measure = measured()
    schools = {school.pk: school.code for school in measure.schools_dataset.schools.all()}

    with django_assert_num_queries(1):
        found = find_unit_distances(measure, "u1", list(schools))

    assert {schools[key]: value for key, value in found.items()} == {
        "A": metres(measure)["u1", "A"],
        "B": metres(measure)["u1", "B"],
    }
    assert find_unit_distances(measure, "u9", list(schools)) == {}


def test_streets_are_found_by_name_and_by_place() -> None:
    dataset = get_current_dataset(DISTRICT, DatasetKind.STREETS)

    by_name = search_streets(dataset, "长")
    near = streets_near(dataset, WEST + 0.0305, MIDDLE + 0.0031)

    assert [(row.name, row.ends) for row in by_name][:2] == [
        ("长街", ("", "环路")),
        ("长街", ("环路", "环路")),
    ]
    assert [(row.name, row.on_island, row.metres) for row in near] == [
        ("孤路", True, 101),
        ("大道", False, 554),  # 46 m away
    ]
    assert search_streets(dataset, "不存在") == search_streets(dataset, " ") == ()
    assert find_stretch(dataset, (1, 2)) is None


def test_the_map_shows_stretches_of_its_box_and_what_was_changed() -> None:
    close()
    dataset = get_current_dataset(DISTRICT, DatasetKind.STREETS)

    everything = streets_geojson(dataset, (WEST, SOUTH, WEST + 4 * SIDE, SOUTH + SIDE))
    west = streets_geojson(dataset, (WEST, SOUTH, AT[0] + 0.001, SOUTH + SIDE))

    states = sorted(feature["properties"]["state"] for feature in everything["features"])  # type: ignore[attr-defined]
    assert states == ["closed", "island", "main", "main", "open", "open", "open", "open"]
    names = {feature["properties"]["name"] for feature in west["features"]}  # type: ignore[attr-defined]
    assert names == {"长街"}
    assert everything["truncated"] is False


def test_commands_import_and_measure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_streets", str(streets_file(tmp_path)), "--district", DISTRICT, "--split-crossings")
    call_command("compute_walks", "--district", DISTRICT, "--penalty", "50")

    told = capsys.readouterr().out
    assert "10 行 / rows" in told
    assert "measure 1 (walk)" in told
    assert DistanceMeasure.objects.get().penalty_m == 50
    with pytest.raises(CommandError, match="measure_out_of_range"):
        call_command("compute_walks", "--district", DISTRICT, "--penalty", "5000")


def test_a_unit_walks_from_its_dwellings_where_the_register_knows_them() -> None:
    # given: three dwellings in the first estate's middle and one 0.002 degrees east of it, and an empty office block
    addresses = dataset(get_current_dataset(DISTRICT, DatasetKind.UNITS).district, DatasetKind.ADDRESSES)
    for code, away, dwellings in (("a", 0.0, 3), ("b", 0.002, None), ("c", 0.004, 0)):
        AddressEntry.objects.create(
            dataset=addresses,
            code=code,
            estate=code,
            estate_text=code,
            unit_code="u0",
            point=Point(AT[0] + away, MIDDLE, srid=4326),
            dwellings=dwellings,
        )

    found = measured()

    assert found.addresses_dataset == addresses
    assert found.report["points"] == 5  # two of the first estate, one of each other
    assert metres(found)["u0", "A"] == 46  # 184.7 m walked from one of four dwellings
    assert metres(found)["u1", "A"] in (923, 924)


def test_a_new_network_beside_the_one_in_use_is_stopped_taken_with_its_system_or_with_a_reason(
    tmp_path: Path,
) -> None:
    before = get_current_dataset(DISTRICT, DatasetKind.STREETS)
    path = streets_file(tmp_path, [(kind, name, shifted(points)) for kind, name, points in LINES])
    brought: dict[str, Any] = {"actor": None, "now": NOON, "district_code": DISTRICT, "path": path}

    with pytest.raises(ImportRefused) as refusal:
        import_streets(**brought)
    assert get_current_dataset(DISTRICT, DatasetKind.STREETS) == before
    declared = import_streets(**brought, crs="bd09")
    assert "shifted_like" not in declared.dataset.finding_counts
    accepted = import_streets(**brought, accept_offset=True, offset_reason="旧路网偏移")

    (stopped,) = [finding for finding in refusal.value.findings if finding.code == "shifted_like"]
    assert stopped.value.startswith("bd09: ")
    assert accepted.dataset.finding_counts["shift_accepted"] == 1
    assert accepted.dataset.options["offset_reason"] == "旧路网偏移"


def test_without_a_network_in_use_addresses_tell_by_the_names_of_their_roads(tmp_path: Path) -> None:
    StreetNetwork.objects.all().delete()
    Dataset.objects.filter(kind=DatasetKind.STREETS).update(status=DatasetStatus.WITHDRAWN)
    path = streets_file(tmp_path, [(kind, name, shifted(points)) for kind, name, points in LINES])
    brought: dict[str, Any] = {"actor": None, "now": NOON, "district_code": DISTRICT, "path": path}
    assert load_street_marks(DISTRICT).names == ()

    register = dataset(get_district(DISTRICT), DatasetKind.ADDRESSES)
    for kind, name, points in LINES:
        x, y = points[0]
        AddressEntry.objects.create(
            dataset=register,
            code=f"{kind}{name}",
            road=name,
            road_text=name,
            number=1,
            unit_code="u0",
            point=Point(x, y),
        )
    AddressEntry.objects.create(
        dataset=register, code="z", road="环路", road_text="环路", number=2, unit_code="u0"
    )  # no point
    AddressEntry.objects.create(
        dataset=register,
        code="y",
        estate="第0小区",
        estate_text="第0小区",
        unit_code="u0",
        point=Point(114, 34),
    )

    marks = load_street_marks(DISTRICT)
    assert sorted(marks.names) == sorted(name for _, name, _ in LINES)
    assert not marks.lie_on_streets
    with pytest.raises(ImportRefused) as refusal:
        import_streets(**brought)
    assert "shifted_like" in {finding.code for finding in refusal.value.findings}


def test_marks_of_a_large_network_or_register_are_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_streets, "MOST", 3)
    edges = StreetNetwork.objects.get().edges

    marks = load_street_marks(DISTRICT)

    assert edges > 6
    assert len(marks.names) == len(marks.points) == 3
    assert marks.lie_on_streets
