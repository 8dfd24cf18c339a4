"""Questions about the lists of other offices; who a row is about is opened for those who may read the district."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import Action, Person, require
from accounts.sealing import Keyring, blind_index, current_keyring, open_sealed
from common.errors import NotFound
from geo_data.addresses.letters import normalized
from geo_data.models import Child, Dataset, RegisterEntry, SelfRegistration
from geo_data.selectors.children import IDENTITY, unseal_child
from geo_data.tables.identity import of_eighteen_digits

ENTRY_TABLE, SELF_TABLE = "geo_data_registerentry", "geo_data_selfregistration"
PERSON_FIELD = "person_sealed"
PROPERTY = "property"  # the purpose of the index of property numbers and addresses
NUMBER = re.compile(r"[0-9A-Za-z/-]+")
DWELLING_KEY = re.compile(r"[0-9a-f]{64}")


class NoSuchSelfRegistration(NotFound):
    """There is no such registration, or it is another guardian's."""

    code = "no_such_self_registration"


@dataclass(frozen=True, slots=True)
class OpenedPerson:
    """What a permitted person reads of a row; never stored, logged or kept. Empty where the row says nothing."""

    name: str = ""
    identity: str = ""
    guardian: str = ""
    guardian_identity: str = ""
    phone: str = ""
    address: str = ""
    second_guardian: str = ""
    second_guardian_identity: str = ""


def person_index(identity: str) -> str:
    """Return the index of a child's or guardian's number in all lists; old numbers count as their 18 digits."""
    return blind_index(of_eighteen_digits(identity), purpose=IDENTITY) if identity else ""


def property_index(told: str) -> str:
    """Return the key of a dwelling told in a column of property numbers, which may hold an address instead.

    Numbers are letters, digits and dashes; everything else is an address, compared as addresses are.
    Source: docs/reconciliation.md (dwellings).
    """
    if NUMBER.fullmatch(told):  # as nearly all are
        return blind_index(told, purpose=PROPERTY)
    text = "".join(unicodedata.normalize("NFKC", told).split())
    if not text:
        return ""
    return blind_index(text if NUMBER.fullmatch(text) else normalized(text), purpose=PROPERTY)


def address_index(address: str) -> str:
    """Return the key of a dwelling told by its address; "" for an address without a number, which is no dwelling.

    Source: docs/reconciliation.md (dwellings).
    """
    text = normalized(address)
    is_of_a_dwelling = any(letter.isdigit() for letter in text)
    return blind_index(text, purpose=PROPERTY) if is_of_a_dwelling else ""


def dwelling_key(told: str) -> str:
    """Return what a stored fact says: lists brought in before keys were made hold the number or address itself."""
    return told if DWELLING_KEY.fullmatch(told) else property_index(told)


def list_entries(dataset: Dataset, *, unit_code: str | None = None) -> QuerySet[RegisterEntry]:
    """Return the rows of a list by their number in the file, of one unit when asked."""
    entries = RegisterEntry.objects.filter(dataset=dataset).order_by("row_number")
    return entries if unit_code is None else entries.filter(unit_code=unit_code)


def find_entries(dataset: Dataset, identity: str) -> QuerySet[RegisterEntry]:
    """Return the rows of a list about the bearer of this number, by row."""
    return list_entries(dataset).filter(identity_index=person_index(identity))


def open_entry(
    entry: RegisterEntry | SelfRegistration, *, reader: Person | None, district_code: str
) -> OpenedPerson:
    """Return who the row is about, for somebody who reads the district. Raises NotPermitted for anybody else."""
    require(reader, Action.READ_DISTRICT, district_code)
    return unseal_entry(entry, current_keyring())


def unseal_entry(entry: RegisterEntry | SelfRegistration, keyring: Keyring) -> OpenedPerson:
    """Return who the row is about. Whoever calls this has asked who may read it."""
    table = ENTRY_TABLE if isinstance(entry, RegisterEntry) else SELF_TABLE
    text = open_sealed(entry.person_sealed, table=table, row_id=entry.pk, field=PERSON_FIELD, keyring=keyring)
    return OpenedPerson(**json.loads(text))


def unseal_census_child(child: Child, keyring: Keyring) -> OpenedPerson:
    """Return who a child of the census is. Whoever calls this has asked who may read it."""
    return OpenedPerson(**asdict(unseal_child(child, keyring)))


def list_self_registrations(guardian: User) -> QuerySet[SelfRegistration]:
    """Return the children whom a guardian registered and did not withdraw, newest first."""
    mine = SelfRegistration.objects.filter(guardian=guardian, withdrawn_at=None)
    return mine.order_by("-registered_at", "id")


def get_self_registration(guardian: User, registration_id: UUID | str) -> SelfRegistration:
    """Return one of the guardian's own; another guardian's is not there."""
    found = SelfRegistration.objects.filter(guardian=guardian, pk=registration_id).first()
    if found is None:
        raise NoSuchSelfRegistration("there is no such registration", registration=str(registration_id))
    return found


def list_live_self_registrations(district_code: str) -> QuerySet[SelfRegistration]:
    """Return what guardians declared in a district, by birth date and id."""
    live = SelfRegistration.objects.filter(district_id=district_code, withdrawn_at=None)
    return live.order_by("birth_on", "id")


def open_own(registrations: Sequence[SelfRegistration], guardian: User) -> list[OpenedPerson]:
    """Return what the guardian wrote about the own registrations."""
    keyring = current_keyring()
    for registration in registrations:
        if registration.guardian_id != guardian.pk:
            raise NoSuchSelfRegistration("there is no such registration", registration=str(registration.pk))
    return [unseal_entry(registration, keyring) for registration in registrations]
