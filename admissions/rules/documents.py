"""Documents: only what no look-up answered, from the closed catalogue; usually nothing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from admissions.rules.category import classify
from admissions.rules.documents_catalogue import CATALOGUE, Document, Standing
from admissions.rules.facts import FactName, Facts
from admissions.rules.policy_records import Policy
from admissions.rules.residence import facts_on, permit_valid
from admissions.rules.sentences import Sentence, sentence
from admissions.rules.standing import Target, ZoneSchools
from admissions.rules.words import term_words

# What a residence permit in force has already proved; asking again is what the notices forbid.
PROVED_BY_PERMIT = (FactName.RESIDENCE_SINCE, FactName.DWELLING_DISTRICT)


@dataclass(frozen=True, slots=True)
class Needed:
    """A document to upload, the facts that it shall prove, and why in a sentence."""

    document: Document
    proves: tuple[FactName, ...]
    because: Sentence


def needed(
    facts: Facts,
    policy: Policy,
    *,
    target: Target,
    on: date,
    zone_schools: ZoneSchools,
    disputed: Collection[FactName] = (),
) -> tuple[Needed, ...]:
    """Return what the family is asked for at the target, in the order of the policy's list.

    1. The category is computed from all facts, those that the family declared included.
    2. What it rests on and nobody but the family stands behind must be proved; so must what would decide
       a better category, and a twin group that the family names. What a permit in force proves is left out.
    3. The fewest documents that prove it are taken, one by one: the document that proves most comes first,
       at a tie the one named earlier in the policy. A tenant is not asked for a deed, and what no
       document proves is for an officer.
    Never asks for a fact that is proved, nor for a disputed one: registers know it, and an officer settles which
    of their values stands. Source: docs/rules/documents.md.
    """
    facts = facts_on(facts, on)
    decided, undecided = _facts_to_prove(facts, policy, target, on, zone_schools)
    decided, undecided = decided.difference(disputed), undecided.difference(disputed)
    asked = [
        Needed(document, names, _because(names, undecided))
        for document, names in _cover(decided | undecided, _askable(facts, policy))
    ]
    relation = _relation_asked(facts, policy, asked)
    return tuple(sorted((*asked, *relation), key=lambda item: policy.documents.index(item.document)))


def facts_to_prove(
    facts: Facts, policy: Policy, *, target: Target, on: date, zone_schools: ZoneSchools
) -> tuple[FactName, ...]:
    """Return the facts that still need proof at the target, by document or officer, in alphabetical order.

    Source: docs/rules/documents.md.
    """
    decided, undecided = _facts_to_prove(facts_on(facts, on), policy, target, on, zone_schools)
    return tuple(sorted(decided | undecided))


def _facts_to_prove(
    facts: Facts, policy: Policy, target: Target, on: date, zone_schools: ZoneSchools
) -> tuple[set[FactName], set[FactName]]:
    classified = classify(facts, policy, target=target, on=on, zone_schools=zone_schools)
    decided = {FactName.BIRTH_DATE, *classified.used, *({FactName.TWIN_GROUP} & {*facts})}
    undecided = set(classified.open)
    proved = set(facts.proved())
    if permit_valid(facts.proved(), policy, on=on).yes:
        proved.update(PROVED_BY_PERMIT)
    return decided - proved, undecided - proved - decided


def _askable(facts: Facts, policy: Policy) -> list[Document]:
    """Return the allowed documents that a family with this right to its dwelling can have, in policy order."""
    right = facts.text(FactName.DWELLING_RIGHT)
    entries = ((document, CATALOGUE[document]) for document in policy.documents)
    return [
        document
        for document, entry in entries
        if entry.standing is Standing.ALLOWED and (not entry.rights or right is None or right in entry.rights)
    ]


def _cover(names: set[FactName], askable: list[Document]) -> Iterable[tuple[Document, tuple[FactName, ...]]]:
    """Yield documents and what each proves until nothing provable is left; greedy, ties by policy order."""
    left = set(names)
    while askable and left:
        best = max(askable, key=lambda item: len(left.intersection(CATALOGUE[item].proves)))
        proves = left.intersection(CATALOGUE[best].proves)
        if not proves:
            return
        left -= proves
        yield best, tuple(sorted(proves))


def _because(names: tuple[FactName, ...], undecided: set[FactName]) -> Sentence:
    words = [term_words(name) for name in names]
    code = "needed_to_decide" if undecided.intersection(names) else "needed_for"
    return sentence(
        code, facts_zh="、".join(zh for zh, _ in words), facts_en=", ".join(en for _, en in words)
    )


def _relation_asked(facts: Facts, policy: Policy, asked: list[Needed]) -> tuple[Needed, ...]:
    """Ask for the birth certificate when the register is known not to show the relation."""
    certificate = Document.BIRTH_CERTIFICATE
    shown = facts.flag(FactName.RELATION_SHOWN)
    if shown is not False or certificate not in policy.documents:
        return ()
    if any(item.document is certificate for item in asked):
        return ()
    return (Needed(certificate, (FactName.RELATION_SHOWN,), sentence("needed_for_relation")),)
