"""Rows of the lists that other offices keep, and children whom their guardians registered themselves."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q

from geo_data.models.children import Sex
from geo_data.models.datasets import Dataset, District
from geo_data.models.facts import FactsField

HIGHEST_GRADE = 9


def known_sex() -> Q:
    """Return the condition that a sex is one of the register's, or not stated."""
    return Q(sex__in=["", *Sex.values])


def known_grade() -> Q:
    """Return the condition that a grade is of compulsory education, 0 (a kindergarten's top class) or not stated."""
    return Q(grade=None) | Q(grade__gte=0, grade__lte=HIGHEST_GRADE)


class RegisterEntry(models.Model):
    """A row of a list: a child's (registration, pupil, attendance, kindergarten, birth, survey) or a holder's (permit,
    title, rental). Never edited.

    row_number    -- as the spreadsheet counts
    person_sealed -- JSON of name, identity, both guardians' names and numbers, phone, address: one sealed value
    record_index  -- keyed; finds the same record in another version of the list
    identity_index, guardian_index, second_guardian_index, property_index -- keyed; empty where the row states none
    address_index -- keyed, of a title's or rental's dwelling, when its address names a number
    birth_on      -- empty in lists of holders
    unit_code     -- the unit of this county that the row names: registered there, living there, the dwelling's
    facts         -- as of Child.facts
    details       -- what else the row says, without personal data, by column name
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="entries", db_index=False)
    row_number = models.IntegerField()
    person_sealed = models.BinaryField()
    record_index = models.CharField(max_length=64)
    identity_index = models.CharField(max_length=64, blank=True)
    guardian_index = models.CharField(max_length=64, blank=True)
    second_guardian_index = models.CharField(max_length=64, blank=True, default="", db_default="")
    property_index = models.CharField(max_length=64, blank=True)
    address_index = models.CharField(max_length=64, blank=True, default="")
    birth_on = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=6, choices=Sex.choices, blank=True)
    unit_code = models.CharField(max_length=40, blank=True)
    school_code = models.CharField(max_length=40, blank=True)
    grade = models.SmallIntegerField(null=True, blank=True)
    facts = FactsField(default=list)
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="entry_once_per_dataset", fields=["dataset", "record_index"]),
            models.CheckConstraint(name="entry_record_indexed", condition=~Q(record_index="")),
            models.CheckConstraint(name="entry_sex_is_known", condition=known_sex()),
            models.CheckConstraint(name="entry_grade_is_known", condition=known_grade()),
            models.CheckConstraint(
                name="entry_is_a_childs_or_a_holders",
                condition=Q(birth_on__isnull=False) | ~Q(identity_index="") | ~Q(property_index=""),
            ),
        ]
        indexes = [
            models.Index(
                name="entry_by_holder", fields=["dataset", "identity_index"], condition=Q(birth_on=None)
            ),
            models.Index(
                name="entry_by_guardian",
                fields=["dataset", "guardian_index"],
                condition=~Q(guardian_index="") & ~Q(school_code=""),
            ),
            models.Index(
                name="entry_by_property",
                fields=["dataset", "property_index"],
                condition=~Q(property_index=""),
            ),
            models.Index(
                name="entry_by_address",
                fields=["dataset", "address_index"],
                condition=~Q(address_index=""),
            ),
            models.Index(
                name="entry_by_birth", fields=["dataset", "birth_on"], condition=Q(birth_on__isnull=False)
            ),
            models.Index(name="entry_by_unit", fields=["dataset", "unit_code"]),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SelfRegistration(models.Model):
    """A child whom a guardian registered; everything in it is declared. Withdrawn, never deleted or edited.

    person_sealed and the rest as of RegisterEntry
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="self_registrations")
    guardian = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="self_registrations"
    )
    person_sealed = models.BinaryField()
    record_index = models.CharField(max_length=64)
    identity_index = models.CharField(max_length=64)
    guardian_index = models.CharField(max_length=64, blank=True)
    birth_on = models.DateField()
    sex = models.CharField(max_length=6, choices=Sex.choices)
    unit_code = models.CharField(max_length=40, blank=True)
    school_code = models.CharField(max_length=40, blank=True)
    facts = FactsField(default=list)
    registered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="self_registration_once_per_guardian",
                fields=["district", "guardian", "identity_index"],
                condition=Q(withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="self_registration_indexed", condition=~Q(identity_index="") & ~Q(record_index="")
            ),
            models.CheckConstraint(name="self_registration_sex_is_known", condition=Q(sex__in=Sex.values)),
            models.CheckConstraint(
                name="self_registration_withdrawn_after",
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=models.F("registered_at")),
            ),
        ]
        indexes = [models.Index(name="self_registration_by_identity", fields=["district", "identity_index"])]

    def __str__(self) -> str:
        return str(self.id)
