"""The command that checks a policy file."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from admissions.rules.policy import example_policy, policy_digest
from tests.pure.rules_world import town_policy


def check(*arguments: object) -> str:
    out = StringIO()
    call_command("check_policy", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(check("--example", "registration_and_dwelling"), encoding="utf-8")
    return path


def test_an_example_is_a_lawful_start(policy_file: Path) -> None:
    lines = check(policy_file).splitlines()
    assert "categories[2]\t人户一致\t本地招生办法\tlocal" in lines
    assert lines[-1] == f"lawful, 0 warnings; digest {policy_digest(town_policy())}"


def test_the_check_speaks_english(policy_file: Path) -> None:
    lines = check(policy_file, "--language", "en").splitlines()
    assert "age\tSchool age at six\tCompulsory Education Law, art. 11(1)\tstatute" in lines


def test_an_unlawful_policy_is_refused_with_its_clause(policy_file: Path) -> None:
    text = example_policy("registration_and_dwelling").replace("twins: ask_family", "twins: either_wins")
    policy_file.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match="1 of 1 findings refuse the policy"):
        check(policy_file)


def test_a_malformed_policy_is_refused_with_every_path(policy_file: Path) -> None:
    text = example_policy("registration_and_dwelling")
    policy_file.write_text(text.replace("year: 2026", "year: soon").replace("version: 1", ""), "utf-8")
    with pytest.raises(CommandError, match=r"version: is missing\nyear: expected a whole number"):
        check(policy_file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.yaml: No such file") as refusal:
        check(tmp_path / "nowhere.yaml")
    assert refusal.value.returncode == 2


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("gb18030", "row 1: not UTF-8; saved as GBK"), ("utf-16", "row 1: the file is UTF-16")],
)
def test_a_file_in_another_encoding_is_named_with_the_remedy(
    policy_file: Path, encoding: str, told: str
) -> None:
    policy_file.write_text("# 政策\n" + example_policy("registration_and_dwelling"), encoding=encoding)
    with pytest.raises(CommandError) as refusal:
        check(policy_file)
    assert str(refusal.value).startswith(f"{policy_file} {told}")
    assert refusal.value.returncode == 2
