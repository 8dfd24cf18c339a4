"""Every import command understands the options of its kind and the terms that all have in common."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands, load_command_class

from geo_data.management.import_command import FLAGS, ImportCommand
from geo_data.models import Dataset, DatasetKind, DatasetStatus
from geo_data.services.kinds import KINDS
from geo_data.tables.register_columns import REGISTERS
from tests.services import geo_world as world
from tests.services.registers_world import GIRL_REGISTERED, REGISTRATIONS, list_file

pytestmark = pytest.mark.django_db
COMMANDS = [name for name, app in get_commands().items() if app == "geo_data" and name.startswith("import_")]
ADDRESS = "样例街道,甲乙花园,A,1号楼"


def command(name: str) -> ImportCommand:
    loaded = load_command_class("geo_data", name)
    assert isinstance(loaded, ImportCommand)
    return loaded


def test_every_kind_has_one_command_with_the_flags_of_its_options() -> None:
    kinds = [command(name).kind for name in COMMANDS]

    assert sorted(kinds) == sorted(
        {kind for kind in KINDS if kind not in REGISTERS} | {DatasetKind.REGISTRATIONS}
    )
    for name in COMMANDS:
        described = command(name).create_parser("manage.py", name).format_help()
        options = KINDS[command(name).kind].options
        for option, (flag, _) in FLAGS.items():
            assert (f"{flag} " in described or f"{flag}]" in described) == (option in options), (name, flag)


@pytest.mark.parametrize(
    ("name", "header", "good", "bad", "more"),
    [
        (
            "import_register",
            REGISTRATIONS,
            GIRL_REGISTERED,
            GIRL_REGISTERED.replace("990102202001010028", "990102202001010029"),
            ["--kind", "registrations"],
        ),
        ("import_addresses", "乡镇街道,小区,单元编号,楼栋", ADDRESS, ADDRESS.replace(",A,", ",Z,"), []),
    ],
)
def test_terms_are_kept_by_the_commands_that_once_left_them_out(
    name: str, header: str, good: str, bad: str, more: list[str], tmp_path: Path
) -> None:
    world.district()
    world.with_units(tmp_path)
    path = list_file(tmp_path, "list", header, good, bad)

    call_command(
        name, str(path), "--district", world.CODE, "--propose", "--good-rows", *more, stdout=StringIO()
    )

    kind = command(name).kind
    version = Dataset.objects.get(kind=kind)
    assert (version.status, version.row_count, version.rows_left_out) == (DatasetStatus.PROPOSED, 1, 1)
