"""Shipped policies as data, for tests that change parts of one; read and written by the quick half of PyYAML."""

from typing import Any

import yaml

from admissions.rules.policy import example_policy

COUNTY = "registration_and_dwelling"


def shipped_policy(name: str = COUNTY) -> dict[str, Any]:
    """Return the data of a shipped policy, by default the county's; the caller may change them."""
    return from_yaml(example_policy(name))


def from_yaml(text: str) -> dict[str, Any]:
    """Return the object that a YAML text states."""
    data: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return data


def as_yaml(data: dict[str, Any]) -> str:
    """Return data as YAML."""
    return str(yaml.dump(data, Dumper=yaml.CSafeDumper, allow_unicode=True))
