"""Repairs: previewed unit by unit, chosen as another proposal, and undone by going back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.models import AuditEvent
from common.errors import NotPermitted
from geo_data.models import Dataset, DatasetKind, DatasetStatus, RepairPreview, UnitBorder, Upload
from geo_data.selectors.datasets import get_current_dataset
from geo_data.services.repairs import preview_repairs
from geo_data.services.uploads import ChoiceNotOffered, Choices, choose_for_upload, read_upload
from geo_data.services.versions import confirm_dataset, restore_dataset
from geo_data.tables.coverage import Repair
from tests.services import geo_world as world
from tests.services.accounts_world import auditor
from tests.services.upload_world import hand_in, own_storage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path) -> Iterator[None]:
    world.district()
    with own_storage(tmp_path):
        yield


def crossing(x: float, y: float) -> dict[str, Any]:
    """A square whose ring crosses itself."""
    shape = world.square(x, y)
    [ring] = shape["coordinates"]
    return {"type": "Polygon", "coordinates": [[ring[0], ring[2], ring[1], ring[3], ring[0]]]}


def with_cracks(folder: Path) -> Upload:
    """A crosses itself; B and C lie 3 mm over one another; D is sound."""
    features = [
        world.feature("A", crossing(300, 0)),
        world.feature("B", world.square(0, 0)),
        world.feature("C", world.square(99.997, 0)),
        world.feature("D", world.square(0, 500)),
    ]
    return hand_in(world.write_features(folder / "units.geojson", features), DatasetKind.UNITS)


def _preview(upload: Upload, *repairs: Repair, tolerance_mm: int = 10) -> RepairPreview:
    return preview_repairs(
        actor=None, now=world.NOW, upload=upload, repairs=repairs, tolerance_mm=tolerance_mm
    )


def test_a_preview_says_unit_by_unit_what_would_change_and_changes_nothing(tmp_path: Path) -> None:
    upload = with_cracks(tmp_path)

    preview = _preview(upload, Repair.SNAP, Repair.MAKE_VALID)

    changes = {change["code"]: change for change in preview.changes}
    assert set(changes) >= {"A"}
    assert "D" not in changes
    assert preview.changed == len(changes)
    assert changes["A"]["row"] == 2
    assert changes["A"]["area_after_m2"] == 5000  # two triangles of a square of 100 m
    assert changes["A"]["before"]["type"] == "Polygon"
    assert changes["A"]["after"]["type"] == "MultiPolygon"
    moved = [change["moved_mm"] for code, change in changes.items() if code in "BC"]
    assert moved
    assert all(0 < millimetres <= 10 for millimetres in moved)
    assert "polygon_invalid" not in preview.counts_left
    assert not upload.datasets.exists()
    assert AuditEvent.objects.filter(action="repairs.previewed").count() == 1


def test_a_repair_alone_leaves_the_other_fault_and_says_so(tmp_path: Path) -> None:
    preview = _preview(with_cracks(tmp_path), Repair.MAKE_VALID)

    assert [change["code"] for change in preview.changes] == ["A"]
    assert preview.counts_left["coverage_fault"] == 1  # 3 mm, within the 10 mm that snap would mend


def test_looking_twice_keeps_one_preview(tmp_path: Path) -> None:
    upload = with_cracks(tmp_path)

    first, second = _preview(upload, Repair.MAKE_VALID), _preview(upload, Repair.MAKE_VALID)

    assert first == second
    assert RepairPreview.objects.count() == 1


def test_a_repair_is_another_proposal_and_going_back_undoes_it(tmp_path: Path) -> None:
    sound = world.with_units(tmp_path).dataset
    upload = with_cracks(tmp_path)
    refused = read_upload(actor=None, now=world.NOW, upload=upload).dataset
    wanted = Choices(repairs=(Repair.MAKE_VALID, Repair.SNAP), tolerance_mm=10)

    choose_for_upload(actor=None, now=world.NOW, upload=upload, choices=wanted)
    upload.refresh_from_db()
    repaired = read_upload(actor=None, now=world.NOW, upload=upload).dataset
    assert (refused.status, repaired.status) == (DatasetStatus.REFUSED, DatasetStatus.PROPOSED)
    assert repaired.repairs == ["make_valid", "snap"]
    confirm_dataset(actor=None, now=world.NOW, dataset=repaired)
    restore_dataset(actor=None, now=world.NOW, dataset=sound)

    assert get_current_dataset(world.CODE, DatasetKind.UNITS) == sound


def with_sliver(folder: Path) -> Upload:
    """E and F are a block each, with a closed crack of 500 mm between them."""
    west = world.EAST, world.NORTH
    e = [(0, 0), (100, 0), (100, 40), (99.75, 41), (99.75, 59), (100, 60), (100, 100), (0, 100)]
    f = [(100, 0), (200, 0), (200, 100), (100, 100), (100, 60), (100.25, 59), (100.25, 41), (100, 40)]
    rings = (
        "({})".format(", ".join(f"{west[0] + x} {west[1] + y}" for x, y in [*ring, ring[0]]))
        for ring in (e, f)
    )
    path = folder / "cracked.csv"
    rows = (f'{code},{code},"POLYGON ({ring})"' for code, ring in zip("EF", rings, strict=True))
    path.write_text("\n".join(("单元编号,名称,图形", *rows)), encoding="utf-8")
    return hand_in(path, DatasetKind.UNITS, choices=Choices(crs=f"EPSG:{world.EPSG}"))


@pytest.mark.parametrize(
    ("tolerance_mm", "changed", "left"), [(500, 1, {"coverage_mended": 1}), (499, 0, {"slivers": 1})]
)
def test_a_preview_shows_which_unit_is_given_the_ground_of_a_crack(
    tmp_path: Path, tolerance_mm: int, changed: int, left: dict[str, int]
) -> None:
    preview = _preview(with_sliver(tmp_path), Repair.SNAP, tolerance_mm=tolerance_mm)

    assert preview.changed == changed
    assert preview.counts_left == left


def test_closing_cracks_is_a_version_of_its_own_and_going_back_opens_them_again(tmp_path: Path) -> None:
    # given a file with a crack, in use as it is
    upload = with_sliver(tmp_path)
    cracked = read_upload(actor=None, now=world.NOW, upload=upload).dataset
    confirm_dataset(actor=None, now=world.NOW, dataset=cracked)
    assert cracked.finding_counts == {"slivers": 1}

    # when closing it is chosen and confirmed
    wanted = Choices(crs=f"EPSG:{world.EPSG}", repairs=(Repair.SNAP,), tolerance_mm=500)
    choose_for_upload(actor=None, now=world.NOW, upload=upload, choices=wanted)
    upload.refresh_from_db()
    closed = read_upload(actor=None, now=world.NOW, upload=upload).dataset
    confirm_dataset(actor=None, now=world.NOW, dataset=closed)

    # then the border has its whole length, and going back restores the one with the crack
    assert closed.finding_counts == {"coverage_mended": 1}
    assert (
        _border_metres(closed) == 100
    )  # 80 m as before, and around the ground that one of the two was given
    restore_dataset(actor=None, now=world.NOW, dataset=cracked)
    assert get_current_dataset(world.CODE, DatasetKind.UNITS) == cracked
    assert _border_metres(cracked) == 80


def _border_metres(units: Dataset) -> int:
    return UnitBorder.objects.get(dataset=units).metres


def test_who_may_not_import_previews_nothing_and_kinds_without_shapes_have_no_repairs(tmp_path: Path) -> None:
    upload = with_cracks(tmp_path)
    census = hand_in(world.children_file(tmp_path, world.GIRL), DatasetKind.CHILDREN)
    asked: dict[str, Any] = {"now": world.NOW, "repairs": [Repair.SNAP], "tolerance_mm": 10}

    with pytest.raises(NotPermitted):
        preview_repairs(actor=auditor(world.CODE), upload=upload, **asked)
    with pytest.raises(ChoiceNotOffered):
        preview_repairs(actor=None, upload=census, **asked)
    with pytest.raises(ChoiceNotOffered):
        preview_repairs(actor=None, upload=upload, **{**asked, "repairs": []})
    with pytest.raises(ChoiceNotOffered):
        preview_repairs(actor=None, upload=upload, **{**asked, "tolerance_mm": 5001})

    assert not RepairPreview.objects.exists()
