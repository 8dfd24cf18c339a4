"""Decisions about two names of one child: they hold while the records bear the names that the officer saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.sealing import blind_index
from geo_data.reconciliation.likeness import plain_name
from geo_data.reconciliation.results import Child, Naming

NAMES = "two names"  # the purpose of the index of the names that a decision is about


@dataclass(frozen=True, slots=True)
class SettledNames:
    """Of a block: the decision that holds by place of the child, and keys of cases whose decision is outdated."""

    holding: Mapping[int, Naming]
    outdated: frozenset[str]


def names_index(first: str, second: str) -> str:
    """Return the index of two names as they are compared; the order counts."""
    return blind_index(f"{plain_name(first)}|{plain_name(second)}", purpose=NAMES)


def settle_names(children: Sequence[Child]) -> SettledNames:
    """Return which decisions about names hold: of each child the newest whose two records still say the same.

    A decision whose records changed is outdated: the question is open again. Decisions made before the names were
    indexed hold for their records.
    Source: docs/reconciliation.md (decisions).
    """
    holding: dict[int, Naming] = {}
    outdated: set[str] = set()
    for child in children:
        for naming in child.namings:
            seen = naming.decided.names_index
            if seen and seen != names_index(naming.first.name, naming.second.name):
                outdated.add(naming.key)
            elif naming.holds is not None:
                holding.setdefault(child.place, naming)
    return SettledNames(holding, frozenset(outdated))
