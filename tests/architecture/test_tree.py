"""The tree keeps the rules of the style guide that no off-the-shelf gate knows."""

import importlib
import importlib.util

import pytest

from config.paths import BASE
from tests.architecture import offences
from tests.architecture.tree import VERIFIERS

QUESTIONS = (
    offences.filled_init_files,
    offences.service_signatures,
    offences.impurities,
    offences.verifier_imports,
    offences.oversized,
)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
def test_tree_holds_no_offence(question: offences.Question) -> None:
    assert "\n".join(question(BASE)) == ""


@pytest.mark.parametrize("verifier", VERIFIERS)
def test_every_promised_checker_exists(verifier: str) -> None:
    assert (BASE / verifier).is_file()


def test_django_talks_through_psycopg2_and_nothing_pulled_in_its_successor() -> None:
    assert importlib.util.find_spec("psycopg") is None
    driver = importlib.import_module("django.db.backends.postgresql.psycopg_any")
    assert driver.is_psycopg3 is False
