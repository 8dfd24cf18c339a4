"""A policy file approved and a round opened from the command line, with the people and papers of each step."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Role
from admissions.models import AdmissionRound, PolicyStatus, PolicyVersion
from admissions.rules.policy_records import ApprovalStep
from tests.services.accounts_world import staff
from tests.services.round_world import county_with_zones, policy_text

pytestmark = pytest.mark.django_db

NAMED = ("--district=410181", "--stage=primary", "--year=2026")


def approve(
    path: Path, approvers: Sequence[str], steps: Sequence[ApprovalStep] = tuple(ApprovalStep)
) -> None:
    given = [part for step in steps for part in ("--step", f"{step}=第 1 号")]
    people = [f"--approver={name}" for name in approvers]
    call_command(
        "approve_policy",
        *given,
        *people,
        "--writer=writer",
        "--district=410181",
        f"--policy={path}",
        "--at=2026-05-20T12:00+08:00",
        stdout=StringIO(),
    )


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    """A county with three officers, and the policy as a file."""
    county_with_zones()
    for name in ("writer", "one", "two"):
        staff(Role.DISTRICT_OFFICER, username=name)
    path = tmp_path / "policy.yaml"
    path.write_text(policy_text(), encoding="utf-8")
    return path


def test_a_file_is_approved_and_the_round_opens_on_it(policy_file: Path) -> None:
    approve(policy_file, ("one", "two"))
    assert PolicyVersion.objects.get().status == PolicyStatus.PUBLISHED
    call_command("open_round", *NAMED, "--at=2026-06-01T12:00+08:00", stdout=StringIO())
    opened = AdmissionRound.objects.get()
    assert (opened.status, opened.policy_version) == ("open", PolicyVersion.objects.get())


@pytest.mark.parametrize(
    ("approvers", "steps"),
    [
        (("one",), tuple(ApprovalStep)),
        (("one", "writer"), tuple(ApprovalStep)),
        (("one", "one"), tuple(ApprovalStep)),
        (("one", "nobody"), tuple(ApprovalStep)),
        (("one", "two"), tuple(ApprovalStep)[1:]),
    ],
)
def test_nothing_is_waived_and_nothing_is_kept(
    policy_file: Path, approvers: Sequence[str], steps: Sequence[ApprovalStep]
) -> None:
    with pytest.raises(CommandError):
        approve(policy_file, approvers, steps)
    assert not PolicyVersion.objects.exists()


def test_no_round_opens_without_a_published_policy(policy_file: Path) -> None:
    with pytest.raises(CommandError, match="no policy"):
        call_command("open_round", *NAMED, stdout=StringIO())
    assert not AdmissionRound.objects.exists()
