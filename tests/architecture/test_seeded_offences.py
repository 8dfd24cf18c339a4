"""A seeded offence of each kind breaks its gate: the very command that `make check` runs, on a copy of the tree."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import pytest

from config.paths import BASE, VAR
from tests.architecture import offences
from tests.architecture.tree import copy_tree

PYTHON = str(BASE / ".venv" / "bin" / "python") if (BASE / ".venv").exists() else sys.executable
LINT_IMPORTS = str(Path(PYTHON).with_name("lint-imports"))


def gate(target: str) -> list[list[str]]:
    """Return the commands of a target of the Makefile, in words."""
    makefile = (BASE / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe is not None, f"the Makefile has no target {target}"
    plain = (
        recipe[1]
        .replace("$(MANAGE)", f"{PYTHON} manage.py")
        .replace("$(dir $(PYTHON))lint-imports", LINT_IMPORTS)
    )
    return [line.replace("$(PYTHON)", PYTHON).strip().lstrip("@").split() for line in plain.splitlines()]


def run(command: Sequence[str], tree: Path, **variables: str) -> tuple[int, str]:
    """Run a gate in a tree and return its exit code and what it said."""
    environment: Mapping[str, str] = {
        **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        "JIUJIN_ENV_FILE": os.environ.get("JIUJIN_ENV_FILE", str(VAR / "jiujin.env")),
        **variables,
    }
    ended = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def seed(tree: Path, name: str, text: str) -> Path:
    """Append text to a file of the tree, or make the file."""
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return copy_tree(tmp_path)


LINTED = {
    "clock": ("import datetime\n\nNOW = datetime.datetime.now(datetime.UTC)\n", "banned-api"),
    "today": ("import datetime\n\nTODAY = datetime.date.today()\n", "banned-api"),
    "clock of django": ("from django.utils import timezone\n\nNOW = timezone.now()\n", "banned-api"),
    "chance": ("import random\n\nDIE = random.randint(1, 6)\n", "banned-api"),
    "environment": ('import os\n\nHOME = os.environ["HOME"]\n', "banned-api"),
    "blanket excuse": ("try:\n    import numpy\nexcept Exception:\n    numpy = None\n", "blind-except"),
    "unused import": ("import json\n", "unused-import"),
}


FOLDERS = ("zoning/engine", "admissions/rules", "geo_data/services", "accounts/selectors")


def linted(folder: str, offence: str) -> str:
    """Return the name of the file that has the offence."""
    return f"{folder}/seeded_{offence.replace(' ', '_')}.py"


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What lint says of a tree with every offence in every folder, a file each."""
    tree = copy_tree(tmp_path_factory.mktemp("linted"))
    for folder, (offence, (text, _)) in product(FOLDERS, LINTED.items()):
        seed(tree, linted(folder, offence), f'"""Seeded."""\n\n{text}')
    status, said = run(gate("lint")[0], tree)
    assert status == 1
    return said.splitlines()


@pytest.mark.parametrize("offence", LINTED)
@pytest.mark.parametrize("folder", FOLDERS)
def test_lint_refuses(offence: str, folder: str, refusals: list[str]) -> None:
    name, (_, rule) = linted(folder, offence), LINTED[offence]

    assert any(line.startswith(f"{name}:") and f" {rule}: " in line for line in refusals)


def test_format_refuses_a_line_nobody_formatted(tree: Path) -> None:
    assert run(gate("format")[0], tree)[0] == 0, "the tree itself is formatted"
    seed(tree, "common/seeded.py", "x = {  'a':1 }\n")

    assert run(gate("format")[0], tree)[0] == 1


def test_types_refuse_a_function_without_types(tmp_path: Path) -> None:
    command = gate("types")[0]
    assert command[-1] == "."
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text("def double(number: int) -> int:\n    return 2 * number\n")
    bad.write_text("def double(number):\n    return 2 * number\n")

    assert run([*command[:-1], str(good)], BASE)[0] == 0
    status, said = run([*command[:-1], str(bad)], BASE)
    assert status == 1
    assert "no-untyped-def" in said


IMPORTS = {
    "Apps import downwards only": ("geo_data/seeded.py", "import zoning.apps\n"),
    "Inside an app": ("accounts/selectors/seeded.py", "from accounts.services import audit\n"),
    "Zoning reads geo_data": ("zoning/services/seeded.py", "import geo_data.services\n"),
    "Admissions reads geo_data and zoning": ("admissions/services/seeded.py", "import zoning.services\n"),
    "Pure packages know no framework": ("admissions/lottery/seeded.py", "import django\n"),
    "Pure packages do not import each other": ("admissions/rules/seeded.py", "import admissions.lottery\n"),
    "A checker shares no code": ("admissions/lottery/verify.py", "\nimport common.canonical\n"),
}


def test_imports_are_refused_by_every_contract(tree: Path) -> None:
    command = [*gate("imports")[0], "--no-cache"]
    status, said = run(command, tree)
    assert status == 0, said
    for name, text in IMPORTS.values():
        seed(tree, name, text)

    status, said = run(command, tree)

    said = " ".join(said.split())
    assert status == 1
    for contract in IMPORTS:
        assert re.search(rf"{contract}[^:]*?(?::[^:]*?)?BROKEN", said), f"{contract} is kept:\n{said}"
    assert "KEPT" not in said, "every contract has its offence here"


def test_migrations_refuse_a_changed_model(tree: Path) -> None:
    command = gate("migrations")[0]
    status, said = run(command, tree)
    assert status == 0, said
    seed(
        tree,
        "accounts/models.py",
        '\n\nclass Seeded(models.Model):\n    """Seeded."""\n\n    number = models.IntegerField()\n',
    )

    status, said = run(command, tree)

    assert status == 1
    assert "Seeded" in said


def test_translations_refuse_a_string_without_chinese(tree: Path) -> None:
    command = gate("translations")[0]
    status, said = run(command, tree)
    assert status == 0, said
    seed(
        tree, "common/seeded.py", 'from django.utils.translation import gettext as _\n\n_("seeded in code")\n'
    )
    seed(
        tree,
        "frontend/templates/seeded.html",
        '{% load i18n %}<p title="seeded bare title">{% translate "seeded in a page" %} seeded bare words</p>\n',
    )

    status, said = run(command, tree)

    assert status == 1
    for words in ("seeded in code", "seeded in a page", "seeded bare title", "seeded bare words"):
        assert words in said


def test_generated_files_refuse_an_endpoint_nobody_wrote_down(tree: Path) -> None:
    command = gate("generated")[0]
    status, said = run(command, tree)
    assert status == 0, said
    seed(
        tree,
        "accounts/api/urls.py",
        "\nfrom rest_framework.decorators import api_view  # noqa: E402\n"
        "from rest_framework.response import Response  # noqa: E402\n"
        "from drf_spectacular.utils import extend_schema  # noqa: E402\n\n\n"
        '@extend_schema(responses={204: None})\n@api_view(["GET"])\n'
        "def seeded(request):\n    return Response()\n\n\n"
        'urlpatterns += [path("seeded/", seeded)]\n',
    )
    seed(tree, "config/settings.py", '\nSEEDED = environment.flag("JIUJIN_DEBUG", True)\n')
    seed(tree, "frontend/src/api/schema.ts", "// seeded\n")

    status, said = run(command, tree)

    assert status == 1
    for name in ("frontend/src/api/openapi.yaml", "frontend/src/api/schema.ts", "docs/settings.md"):
        assert name in said


ASKED: Mapping[offences.Question, tuple[str, str]] = {
    offences.filled_init_files: ("zoning/engine/__init__.py", "SEEDED = 1\n"),
    offences.service_signatures: (
        "accounts/services/audit.py",
        "\n\ndef forget(now, *, actor):\n    return now, actor\n",
    ),
    offences.impurities: (
        "zoning/engine/seeded.py",
        "import time\n\nimport numpy as np\n\nSTART = time.perf_counter()\nnp.random.shuffle([1])\n",
    ),
    offences.verifier_imports: ("admissions/matching/verify.py", "\nimport numpy\n"),
    offences.oversized: ("common/seeded.py", "def long():\n" + "    print()\n" * 61),
}


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.__name__)
def test_question_finds_its_offence(question: offences.Question, tree: Path) -> None:
    before = question(tree)
    name, text = ASKED[question]
    seed(tree, name, text)

    seed(tree, "accounts/api/seeded.py", "from accounts.services.audit import forget\n\nforget(1, actor=2)\n")
    found = set(question(tree)) - set(before)

    assert found
    assert all(name in offence for offence in found)
