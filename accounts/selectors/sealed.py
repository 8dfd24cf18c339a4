"""Which columns hold sealed values."""

from django.apps import apps
from django.db import models

SUFFIX = "_sealed"


def list_sealed_columns() -> tuple[tuple[type[models.Model], tuple[str, ...]], ...]:
    """Return the tables of all apps that hold sealed columns, and those columns, found by their names."""
    found = ((model, _sealed_names(model)) for model in apps.get_models())
    return tuple((model, names) for model, names in found if names)


def _sealed_names(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname.endswith(SUFFIX))
