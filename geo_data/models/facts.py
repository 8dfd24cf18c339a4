"""A column of facts: a list in Python, groups in the database."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from geo_data.tables.fact_groups import Fact, grouped, listed


class FactsField(models.JSONField):
    """A list of {name, value, source, as_of, verifier, expires_on}, by name; stored as `fact_groups` writes it."""

    def from_db_value(self, value: Any, expression: Expression, connection: BaseDatabaseWrapper) -> Any:
        """Return the list that the groups hold; of a transform, such as one key of it, what it is."""
        read = super().from_db_value(value, expression, connection)
        return sorted(listed(read), key=_name) if isinstance(read, list) else read

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """Return a list as groups."""
        stored = grouped(value) if isinstance(value, list | tuple) else value
        return super().get_db_prep_value(stored, connection, prepared)


def _name(fact: Fact) -> str:
    return str(fact["name"])
