"""Seals everything again with the newest key, so that an old key can be taken away.

Every column whose name ends in `_sealed` is found by that name, in all apps, and was sealed for its table, its row's
key and its own name; the secrets of authenticators are kept by allauth and come last.
"""

import base64
from collections.abc import Iterator
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import models, transaction

from accounts.models import User
from accounts.sealing import Keyring, current_keyring, is_sealed_as_now, open_bytes, seal_bytes
from accounts.selectors.sealed import list_sealed_columns
from accounts.services.audit import record_event

BATCH = 500
SECRET_TABLE, SECRET_FIELD = "mfa_authenticator", "data"
SECRET_ROW = ""  # allauth does not say whose secret it seals


def reseal(*, actor: User | None, now: datetime) -> dict[str, int]:
    """Seal again what an older key or another cipher sealed; return how many values in which table.

    Batches are transactions of their own: the run may be stopped, and run again.
    """
    ring = current_keyring()
    counts: dict[str, int] = {}
    for model, fields in list_sealed_columns():
        counts[model._meta.db_table] = sum(
            _reseal_batch(model, fields, keys, ring) for keys in _batches(model)
        )
    counts[SECRET_TABLE] = _reseal_secrets(ring)
    with transaction.atomic():
        subject = ("sealing_key", ring.sealing_id)
        record_event(actor=actor, now=now, action="sealing.renewed", subject=subject, details=counts)
    return counts


def _batches(model: type[models.Model]) -> Iterator[list[object]]:
    keys = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
    return (keys[i : i + BATCH] for i in range(0, len(keys), BATCH))


@transaction.atomic
def _reseal_batch(
    model: type[models.Model], fields: tuple[str, ...], keys: list[object], ring: Keyring
) -> int:
    rows = list(
        model._default_manager.select_for_update().filter(pk__in=keys).only("pk", *fields).order_by("pk")
    )
    old = [(row, name) for row in rows for name in fields if _is_old(getattr(row, name), ring)]
    for row, name in old:
        sealed = _renewed(getattr(row, name), model._meta.db_table, row.pk, name, ring)
        setattr(row, name, sealed)
    model._default_manager.bulk_update(dict.fromkeys(row for row, _ in old), fields)
    return len(old)


@transaction.atomic
def _reseal_secrets(ring: Keyring) -> int:
    count = 0
    for authenticator in Authenticator.objects.select_for_update().order_by("pk"):
        kept = {name: base64.b64decode(authenticator.data.get(name, "")) for name in ("secret", "seed")}
        old = {name: sealed for name, sealed in kept.items() if sealed and _is_old(sealed, ring)}
        for name, sealed in old.items():
            renewed = _renewed(sealed, SECRET_TABLE, SECRET_ROW, SECRET_FIELD, ring)
            authenticator.data[name] = base64.b64encode(renewed).decode()
        authenticator.save(update_fields=["data"])
        count += len(old)
    return count


def _is_old(sealed: bytes | memoryview | None, ring: Keyring) -> bool:
    return sealed is not None and not is_sealed_as_now(sealed, ring)


def _renewed(sealed: bytes, table: str, row_id: object, field: str, ring: Keyring) -> bytes:
    plain = open_bytes(sealed, table=table, row_id=row_id, field=field, keyring=ring)
    return seal_bytes(plain, table=table, row_id=row_id, field=field, keyring=ring)
