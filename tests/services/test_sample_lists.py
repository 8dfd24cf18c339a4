"""The sample county with all lists of other offices: brought in, reconciled, and asked when a family files."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from admissions.rules.facts import FactName
from admissions.rules.look_ups import Asked
from admissions.services.asking import ask_registers
from geo_data.county.files import WRITTEN_LISTS
from geo_data.models import Dataset, DatasetKind, RegisterEntry

pytestmark = pytest.mark.django_db

SIZES = ("--seed=3", "--year=2026", "--applicants=200", "--units=20", "--schools=6")
ASKED_AT = datetime(2026, 6, 16, tzinfo=UTC)


def test_every_list_is_in_use_and_answers_for_its_subject() -> None:
    # given
    said = StringIO()
    call_command("make_sample_county", *SIZES, "--lists", stdout=said)
    assert "reconciled" in said.getvalue()
    in_use = set(Dataset.objects.filter(status="current").values_list("kind", flat=True))
    assert set(WRITTEN_LISTS) <= in_use

    # when the registers are asked about the children on the lists
    district = Dataset.objects.get(status="current", kind=DatasetKind.PREFERENCES).district_id
    named = RegisterEntry.objects.filter(dataset__kind__in=["preferences", "civil_affairs", "registrations"])
    keys = sorted(set(named.values_list("identity_index", flat=True)))
    answers = ask_registers(district, [Asked(key) for key in keys], on=ASKED_AT.date(), in_bulk=True)

    # then each speaks in its own name of what it knows
    known: dict[FactName, set[str]] = {}
    for given in answers.values():
        for answer in given:
            for fact in answer.facts:
                known.setdefault(fact.name, set()).add(fact.verifier)
    assert known[FactName.PREFERENTIAL_KIND] == {"样例县退役军人事务局（虚构）"}
    assert known[FactName.INSURANCE_MONTHS] == {"样例县人力资源和社会保障局（虚构）"}
    assert known[FactName.RELATION_SHOWN] == {"样例县公安局（虚构）", "样例县民政局（虚构）"}
