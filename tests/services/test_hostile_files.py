"""Files of strangers end in a finding: nothing is stored, nobody crashes, and the next file is read."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_data.models import CatchmentUnit, DatasetStatus
from geo_data.services.import_units import import_units
from geo_data.services.terms import Settle, Terms
from tests.services import geo_world as world
from tests.services.hostile_files import HOSTILE

pytestmark = pytest.mark.django_db
PROPOSED = Terms(settle=Settle.PROPOSE)


@pytest.mark.parametrize(("make", "code"), HOSTILE, ids=[make.__name__ for make, _ in HOSTILE])
def test_a_hostile_file_ends_in_a_finding(make: Callable[[Path], Path], code: str, tmp_path: Path) -> None:
    world.district()
    path = make(tmp_path)

    refused = import_units(actor=None, now=world.NOW, district_code=world.CODE, path=path, terms=PROPOSED)

    assert code in {finding.code for finding in refused.findings if finding.severity == "severe"}
    assert refused.dataset.status == DatasetStatus.REFUSED
    assert not any(str(tmp_path) in finding.value for finding in refused.findings)
    assert not CatchmentUnit.objects.exists()
    assert world.with_units(tmp_path).dataset.row_count == 4


def test_a_virtual_layer_in_any_guise_is_not_followed(tmp_path: Path) -> None:
    """The name says CSV-like KML, the content asks GDAL to open another file; as JSON it is not even looked at."""
    world.district()
    secret = tmp_path / "secret.csv"
    secret.write_text("unit_id,lon,lat\nA,102.0,40.4\n", encoding="utf-8")
    path = tmp_path / "units.kml"
    path.write_text(
        "<kml/><OGRVRTDataSource><OGRVRTLayer name='secret'>"
        f"<SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        encoding="utf-8",
    )

    refused = import_units(
        actor=None, now=world.NOW, district_code=world.CODE, path=path, crs="4326", terms=PROPOSED
    )

    assert refused.dataset.status == DatasetStatus.REFUSED
    shutil.rmtree(tmp_path)
