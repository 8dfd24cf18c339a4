"""A file of rules of drawing, read for a command that draws from files."""

from collections.abc import Collection
from pathlib import Path

from django.core.management.base import CommandError

from geo_data.tables.findings import Findings
from geo_data.tables.rule_table import StatedRule, read_rules
from geo_data.tables.unreadable import UnreadableFile
from zoning.engine.rules import Rule, RuleKind


def rules_of_file(path: Path, *, units: Collection[str], schools: Collection[str]) -> tuple[Rule, ...]:
    """Return the rules of a table. Raises CommandError with every finding, its row and what to do about it."""
    findings = Findings()
    try:
        rules = read_rules(path, units=units, schools=schools, findings=findings)
    except UnreadableFile as fault:
        raise CommandError(f"{path.name}: {fault}") from fault
    if findings.refuses:
        lines = [
            f"{path.name} [{f.severity}] {f.sentence('zh')}\n    {f.sentence('en')}" for f in findings.kept()
        ]
        raise CommandError("\n".join(lines))
    return tuple(as_rule(rule) for rule in rules)


def as_rule(rule: StatedRule) -> Rule:
    """Return a stated rule as the engine reads it."""
    return Rule(RuleKind(rule.kind), rule.unit_id, rule.other_unit_id, rule.school_id, rule.metres)
