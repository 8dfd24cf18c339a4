"""The entry list: who takes part in a draw, frozen and published before the seed can exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from admissions.lottery.tickets import TicketAlgorithm, TicketScope
from common import merkle
from common.canonical import CanonicalValue, canonical_json, digest_bytes
from common.quick_json import decoded

FORMAT = "jiujin-entry-list-1"


@dataclass(frozen=True, slots=True)
class Choice:
    """One line that a child listed.

    choice     -- the family's choice it belongs to, 1 is the first; lines of one school share a number
    rank       -- dense priority rank at the line, 1 goes first; equal ranks are decided by ticket
    loser_rank -- the rank after losing a private draw, on the same scale
    """

    line_id: str
    choice: int
    rank: int
    loser_rank: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One child on the list, without any fact about the child.

    choices             -- in the order of the family's list
    group_id            -- the ball a twin group shares; never changes once given, also when a twin withdraws
    split_allowed       -- the family said beforehand that its twins may be split
    fallback_rank       -- dense rank over all children for coordinated placement, None without consent
    fallback_commitment -- `matching.entries.commitment` of the child's nearest lines, opened only if used
    """

    receipt: str
    choices: tuple[Choice, ...]
    group_id: str | None = None
    split_allowed: bool = False
    fallback_rank: int | None = None
    fallback_commitment: str | None = None

    @property
    def ball(self) -> str:
        """Return what is drawn: the group if there is one, else the receipt."""
        return self.group_id or self.receipt


@dataclass(frozen=True, slots=True)
class EntryList:
    """All that the seed is bound to; entries sorted by receipt in the published form.

    plan_digest        -- digest of round.json: lines, seats, stages (`matching.entries.plan_document`)
    policy_digest      -- digest of the frozen policy
    public_value_names -- the values named beforehand, in the order in which they enter the seed
    Raises ValueError when a receipt appears twice or an id holds a control character.
    """

    round_id: str
    lottery_id: str
    policy_digest: str
    plan_digest: str
    public_value_names: tuple[str, ...]
    entries: tuple[Entry, ...]
    algorithm: TicketAlgorithm = TicketAlgorithm.HMAC_SHA_256
    scope: TicketScope = TicketScope.TRACK
    code_version: str = field(default="")

    def __post_init__(self) -> None:
        receipts = [entry.receipt for entry in self.entries]
        if len(set(receipts)) != len(receipts):
            raise ValueError("a receipt appears twice on the entry list")
        for text in (self.round_id, self.lottery_id, *receipts, *(e.ball for e in self.entries)):
            if not text or not text.isprintable():
                raise ValueError(f"an id is empty or holds a control character: {text!r}")


def entry_value(entry: Entry) -> dict[str, CanonicalValue]:
    """Return the published form of one entry. Source: docs/lottery.md (entry list)."""
    return {
        "receipt": entry.receipt,
        "choices": [[c.line_id, c.choice, c.rank, c.loser_rank] for c in entry.choices],
        "group": entry.group_id,
        "split_allowed": entry.split_allowed,
        "fallback_rank": entry.fallback_rank,
        "fallback_commitment": entry.fallback_commitment,
    }


@dataclass(frozen=True, slots=True)
class WrittenList:
    """An entry list in the form in which it is published, every entry written once.

    document    -- entry_list.json in canonical bytes
    merkle_root -- the tree head over all entries, 64 hexadecimal digits
    """

    document: bytes
    merkle_root: str

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the published bytes, 64 hexadecimal digits."""
        return digest_bytes(self.document)


def write_entry_list(entry_list: EntryList) -> WrittenList:
    """Return the published form of the list. Source: docs/lottery.md (entry list)."""
    entries = leaves(entry_list)
    around = canonical_json(
        {
            "format": FORMAT,
            "round_id": entry_list.round_id,
            "lottery_id": entry_list.lottery_id,
            "policy_digest": entry_list.policy_digest,
            "plan_digest": entry_list.plan_digest,
            "ticket_algorithm": entry_list.algorithm.value,
            "ticket_scope": entry_list.scope.value,
            "public_value_names": list(entry_list.public_value_names),
            "code_version": entry_list.code_version,
            "entries": [],
        }
    )
    # In JSON no text holds a bare quotation mark, so this can only be the empty list above.
    before, after = around.split(b'"entries":[]')
    document = b"".join((before, b'"entries":[', b",".join(entries), b"]", after))
    return WrittenList(document, merkle.root(entries).hex())


def entry_list_document(entry_list: EntryList) -> bytes:
    """Return entry_list.json in canonical bytes. Source: docs/lottery.md (entry list)."""
    return write_entry_list(entry_list).document


def entry_list_digest(entry_list: EntryList) -> str:
    """Return the SHA-256 of the published bytes, 64 hexadecimal digits."""
    return write_entry_list(entry_list).digest


def leaves(entry_list: EntryList) -> tuple[bytes, ...]:
    """Return the canonical bytes of each entry, by receipt: the leaves of the Merkle tree."""
    ordered = sorted(entry_list.entries, key=lambda entry: entry.receipt)
    return tuple(canonical_json(entry_value(entry)) for entry in ordered)


def merkle_root(entry_list: EntryList) -> str:
    """Return the tree head over all entries, 64 hexadecimal digits."""
    return merkle.root(leaves(entry_list)).hex()


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Shows one family that its child is on the list, without the rest of the list."""

    entry: bytes
    index: int
    size: int
    path: tuple[str, ...]


def inclusion_proof(entries: Sequence[bytes], receipt_index: int) -> InclusionProof:
    """Return the proof for the leaf at `receipt_index` of `leaves(entry_list)`.

    Raises IndexError when there is no such leaf.
    """
    path = merkle.inclusion_proof(entries, receipt_index)
    return InclusionProof(
        entries[receipt_index], receipt_index, len(entries), tuple(item.hex() for item in path)
    )


def read_entry_list(document: bytes) -> EntryList:
    """Return the list that `entry_list_document` wrote. Raises ValueError for another format."""
    data = decoded(document)
    if data.get("format") != FORMAT:
        raise ValueError(f"not a list of format {FORMAT}")
    return EntryList(
        round_id=data["round_id"],
        lottery_id=data["lottery_id"],
        policy_digest=data["policy_digest"],
        plan_digest=data["plan_digest"],
        public_value_names=tuple(data["public_value_names"]),
        entries=tuple(_entry(value) for value in data["entries"]),
        algorithm=TicketAlgorithm(data["ticket_algorithm"]),
        scope=TicketScope(data["ticket_scope"]),
        code_version=data["code_version"],
    )


def _entry(value: Mapping[str, Any]) -> Entry:
    return Entry(
        receipt=value["receipt"],
        choices=tuple(Choice(*choice) for choice in value["choices"]),
        group_id=value["group"],
        split_allowed=value["split_allowed"],
        fallback_rank=value["fallback_rank"],
        fallback_commitment=value["fallback_commitment"],
    )
