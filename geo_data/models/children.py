"""Households and children of the census; what identifies a person is sealed."""

import uuid

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo_data.models.datasets import Dataset
from geo_data.models.facts import FactsField


class Household(models.Model):
    """A household of the census; its address is sealed, its unit is not."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="households", db_index=False)
    code = models.CharField(max_length=60)
    unit_code = models.CharField(max_length=40, blank=True)
    address_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="household_once_per_dataset", fields=["dataset", "code"])]

    def __str__(self) -> str:
        return str(self.id)


class Sex(models.TextChoices):
    """As in the register."""

    FEMALE = "female", _("girl")
    MALE = "male", _("boy")


class Child(models.Model):
    """A child of the census. Name, identity number and guardians are sealed; birth date and facts are in clear.

    guardians_sealed -- JSON of guardian, guardian_identity, second_guardian, second_guardian_identity as far as they
                  are stated: one sealed value; null where the census names nobody
    guardian_indexes -- keyed, of the guardians' numbers that are stated, each once
    facts      -- list of {name, value, source, as_of, verifier, expires_on} in the closed vocabulary of the admission
                  rules
    row_digest -- keyed digest of the child's row, sealed values and all, but for the day of the survey: equal in two
                  versions when nothing changed; empty in versions older than the digest
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="children", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="children")
    name_sealed = models.BinaryField()
    identity_sealed = models.BinaryField()
    identity_index = models.CharField(max_length=64)
    guardians_sealed = models.BinaryField(null=True)
    guardian_indexes = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    birth_on = models.DateField()
    sex = models.CharField(max_length=6, choices=Sex.choices)
    school_now = models.CharField(max_length=40, blank=True)
    facts = FactsField(default=list)
    row_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="child_once_per_dataset", fields=["dataset", "identity_index"]),
            models.CheckConstraint(name="child_identity_indexed", condition=~Q(identity_index="")),
            models.CheckConstraint(
                name="child_guardians_are_sealed",
                condition=Q(guardian_indexes=[])
                | Q(guardians_sealed__isnull=False, guardian_indexes__len__lte=2),
            ),
        ]
        indexes = [
            models.Index(name="child_by_birth", fields=["dataset", "birth_on"]),
        ]

    def __str__(self) -> str:
        return str(self.id)
