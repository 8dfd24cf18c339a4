"""Questions about the children of the census. Personal fields are opened here, one child at a time or in chunks."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from accounts.permissions import Action, Person, require
from accounts.sealing import Keyring, blind_index, current_keyring, open_sealed
from common.quick_json import decoded
from geo_data.models import Child, Dataset, DatasetKind, DatasetStatus

CHILD_TABLE, GUARDIANS_FIELD = "geo_data_child", "guardians_sealed"
IDENTITY = "identity"  # the purpose of the index of identity numbers, here and in applications alike
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class OpenedChild:
    """What a permitted person reads of a child; never stored, logged or kept."""

    name: str
    identity: str
    address: str
    phone: str
    guardian: str = ""
    guardian_identity: str = ""
    second_guardian: str = ""
    second_guardian_identity: str = ""


def identity_index(identity: str) -> str:
    """Return the index under which a child's identity number is found in census and applications."""
    return blind_index(identity, purpose=IDENTITY)


def find_child_by_identity(district_code: str, identity: str) -> Child | None:
    """Return the child of the current census with its household; personal fields stay sealed."""
    return (
        Child.objects.select_related("household")
        .filter(
            dataset__district_id=district_code,
            dataset__kind=DatasetKind.CHILDREN,
            dataset__status=DatasetStatus.CURRENT,
            identity_index=identity_index(identity),
        )
        .first()
    )


def find_children_by_index(district_code: str, indexes: Sequence[str]) -> dict[str, Child]:
    """Return the children of the current census by identity index, with their households. One query."""
    current = Child.objects.select_related("household").filter(
        dataset__district_id=district_code,
        dataset__kind=DatasetKind.CHILDREN,
        dataset__status=DatasetStatus.CURRENT,
    )
    return {child.identity_index: child for child in current.filter(identity_index__in=indexes)}


def find_census_guardians(district_code: str, indexes: Collection[str]) -> dict[str, list[str]]:
    """Return by index of the child the indexes of the guardians whom the current census names. One query."""
    named = Child.objects.filter(
        dataset__district_id=district_code,
        dataset__kind=DatasetKind.CHILDREN,
        dataset__status=DatasetStatus.CURRENT,
        identity_index__in=indexes,
    ).exclude(guardian_indexes=[])
    return dict(named.values_list("identity_index", "guardian_indexes"))


def open_child(child: Child, *, reader: Person | None, district_code: str) -> OpenedChild:
    """Return the personal fields for somebody who reads the district. Raises NotPermitted for anybody else."""
    require(reader, Action.READ_DISTRICT, district_code)
    return unseal_child(child, current_keyring())


def unseal_child(child: Child, keyring: Keyring) -> OpenedChild:
    """Return the personal fields. Whoever calls this has asked who may read them."""
    return OpenedChild(
        name=_opened(child.name_sealed, CHILD_TABLE, child.pk, "name_sealed", keyring),
        identity=_opened(child.identity_sealed, CHILD_TABLE, child.pk, "identity_sealed", keyring),
        address=_opened(
            child.household.address_sealed,
            "geo_data_household",
            child.household_id,
            "address_sealed",
            keyring,
        ),
        phone=_opened(
            child.household.phone_sealed, "geo_data_household", child.household_id, "phone_sealed", keyring
        ),
        **decoded(_opened(child.guardians_sealed, CHILD_TABLE, child.pk, GUARDIANS_FIELD, keyring) or "{}"),
    )


def list_children(
    dataset: Dataset, *, born_from: date | None = None, born_until: date | None = None
) -> QuerySet[Child]:
    """Return children with their households, by birth date and id; the last day of birth is excluded."""
    children = Child.objects.filter(dataset=dataset).select_related("household").order_by("birth_on", "id")
    if born_from is not None:
        children = children.filter(birth_on__gte=born_from)
    return children if born_until is None else children.filter(birth_on__lt=born_until)


def iter_children(
    dataset: Dataset, *, born_from: date | None = None, born_until: date | None = None, chunk: int = CHUNK
) -> Iterator[Child]:
    """Yield the same children as `list_children`, holding only a chunk of them in memory."""
    return list_children(dataset, born_from=born_from, born_until=born_until).iterator(chunk_size=chunk)


def children_by_unit(
    dataset: Dataset, *, born_from: date | None = None, born_until: date | None = None
) -> dict[str, int]:
    """Return children by unit code; those of households outside every unit stand under the empty code. One query."""
    counts = (
        list_children(dataset, born_from=born_from, born_until=born_until)
        .order_by("household__unit_code")
        .values_list("household__unit_code")
        .annotate(children=Count("id"))
    )
    return {str(code): int(children) for code, children in counts}


def count_children(dataset: Dataset) -> int:
    """Return how many children the census holds."""
    return Child.objects.filter(dataset=dataset).count()


def _opened(sealed: bytes | memoryview | None, table: str, row: object, field: str, keyring: Keyring) -> str:
    return (
        "" if sealed is None else open_sealed(sealed, table=table, row_id=row, field=field, keyring=keyring)
    )
