"""The address register: entries, the names by which people look for them, and what people said is missing."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo_data.models.datasets import Dataset, District

NAME_LETTERS = 100


class AddressEntry(models.Model):
    """One address of the register: a building of an estate, a door of a road, a village or a house of it.

    code        -- as the file states it, or one made of its words: the same address has the same code in every version
    number      -- door number; odd and even numbers face each other. `suffix` in its one spelling: 附3, 甲
    unit_code   -- the catchment unit; "" only where the point lies in none
    unit_by_point -- the file states no unit: the point decided
    dwellings   -- homes at this address, None where the file does not say
    estate_text, road_text, building_key -- as they are compared (geo_data.addresses)
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="addresses")
    code = models.CharField(max_length=60)
    township = models.CharField(max_length=NAME_LETTERS, blank=True)
    estate = models.CharField(max_length=NAME_LETTERS, blank=True)
    building = models.CharField(max_length=40, blank=True)
    road = models.CharField(max_length=NAME_LETTERS, blank=True)
    number = models.IntegerField(null=True, blank=True)
    suffix = models.CharField(max_length=20, blank=True)
    unit_code = models.CharField(max_length=40, blank=True)
    point = models.PointField(srid=4326, null=True, blank=True)
    unit_by_point = models.BooleanField(default=False, db_default=False)
    dwellings = models.IntegerField(null=True, blank=True)
    aliases = ArrayField(models.CharField(max_length=NAME_LETTERS), default=list, blank=True)
    old_names = ArrayField(models.CharField(max_length=NAME_LETTERS), default=list, blank=True)
    estate_text = models.CharField(max_length=NAME_LETTERS, blank=True)
    road_text = models.CharField(max_length=NAME_LETTERS, blank=True)
    building_key = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="address_code_once_per_dataset", fields=["dataset", "code"]),
            models.UniqueConstraint(
                name="address_once_per_dataset",
                fields=[
                    *("dataset", "road_text", "number", "suffix"),
                    *("estate_text", "building_key", "township"),
                ],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="address_is_somewhere", condition=~Q(unit_code="") | Q(point__isnull=False)
            ),
            models.CheckConstraint(
                name="address_unit_by_point_has_both",
                condition=Q(unit_by_point=False) | ~Q(unit_code="") & Q(point__isnull=False),
            ),
            models.CheckConstraint(
                name="address_has_a_name", condition=~Q(estate_text="") | ~Q(road_text="")
            ),
            models.CheckConstraint(
                name="address_number_positive", condition=Q(number=None) | Q(number__gte=1)
            ),
            models.CheckConstraint(
                name="address_suffix_needs_number", condition=Q(suffix="") | Q(number__isnull=False)
            ),
            models.CheckConstraint(
                name="address_dwellings_not_negative", condition=Q(dwellings=None) | Q(dwellings__gte=0)
            ),
        ]
        indexes = [
            models.Index(name="address_by_estate", fields=["dataset", "estate_text", "building_key"]),
            models.Index(name="address_by_unit", fields=["dataset", "unit_code"]),
        ]

    def __str__(self) -> str:
        return self.code


class AddressNameKind(models.IntegerChoices):
    """What a name names; smaller numbers come first where everything else is equal."""

    ESTATE = 0, _("estate or village")
    ROAD = 1, _("road")
    ENTRY = 2, _("single address")


class AddressNameSort(models.IntegerChoices):
    """How a name came to be the place's; smaller numbers come first where everything else is equal."""

    OFFICIAL = 0, _("name")
    ALIAS = 1, _("also called")
    OLD = 2, _("formerly")


class AddressName(models.Model):
    """A name people look for: of an estate, a road, or one entry; official, alias or old. Made by the import.

    name      -- as the register writes it
    place     -- normalized name of the estate or road, or the code of the entry
    shown     -- the official name of the place
    entries   -- how many addresses the place has
    unit_code -- the unit when the whole place lies in one, else ""
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="address_names")
    kind = models.SmallIntegerField(choices=AddressNameKind.choices)
    sort = models.SmallIntegerField(choices=AddressNameSort.choices)
    name = models.CharField(max_length=NAME_LETTERS)
    place = models.CharField(max_length=NAME_LETTERS)
    shown = models.CharField(max_length=250)
    township = models.CharField(max_length=NAME_LETTERS, blank=True)
    code = models.CharField(max_length=60)
    entries = models.IntegerField()
    unit_code = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="address_name_once", fields=["dataset", "kind", "place", "township", "name"]
            ),
            models.CheckConstraint(
                name="address_name_kind_is_known", condition=Q(kind__in=AddressNameKind.values)
            ),
            models.CheckConstraint(
                name="address_name_sort_is_known", condition=Q(sort__in=AddressNameSort.values)
            ),
        ]
        indexes = [models.Index(name="address_name_by_code", fields=["dataset", "code"])]

    def __str__(self) -> str:
        return self.name


class AddressKeyKind(models.IntegerChoices):
    """What a key is: a whole normalized name, an ending of one, its sound, or the initials of its sound."""

    TEXT = 0, _("text")
    ENDING = 1, _("ending")
    SOUND = 2, _("pinyin")
    INITIALS = 3, _("initials")


class AddressKey(models.Model):
    """A string under which a name is found by equality or by its beginning; sounds also by likeness."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")
    name = models.ForeignKey(AddressName, on_delete=models.CASCADE, related_name="keys")
    kind = models.SmallIntegerField(choices=AddressKeyKind.choices)
    key = models.CharField(max_length=250)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="address_key_once", fields=["name", "kind", "key"]),
            models.CheckConstraint(
                name="address_key_kind_is_known", condition=Q(kind__in=AddressKeyKind.values)
            ),
        ]
        indexes = [
            models.Index(
                name="address_key_by_beginning",
                fields=["dataset", "key", "kind"],
                opclasses=["uuid_ops", "varchar_pattern_ops", "int2_ops"],
                include=["name"],
            ),
            GinIndex(
                name="address_key_by_likeness",
                fields=["key"],
                opclasses=["gin_trgm_ops"],
                condition=Q(kind=AddressKeyKind.SOUND),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class AddressRequestState(models.TextChoices):
    """What became of an address that somebody missed."""

    OPEN = "open", _("waiting for an answer")
    ANSWERED = "answered", _("answered")
    ADDED = "added", _("answered; noted for the next register")


class AddressRequest(models.Model):
    """Somebody's address is not in the register. What was typed, the phone and the reply are sealed.

    noted_text, noted_unit_code -- the address without its room, and its unit, for the next version of the register
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="address_requests")
    state = models.CharField(
        max_length=10, choices=AddressRequestState.choices, default=AddressRequestState.OPEN
    )
    typed_sealed = models.BinaryField()
    phone_sealed = models.BinaryField(null=True)
    asked_at = models.DateTimeField()
    reply_sealed = models.BinaryField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    noted_text = models.CharField(max_length=200, blank=True)
    noted_unit_code = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="address_request_state_is_known", condition=Q(state__in=AddressRequestState.values)
            ),
            models.CheckConstraint(
                name="address_request_answered_with_reply",
                condition=Q(state="open", reply_sealed=None, answered_at=None, answered_by=None)
                | Q(
                    ~Q(state="open"),
                    reply_sealed__isnull=False,
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="address_request_added_with_note",
                condition=Q(state="added") & ~Q(noted_text="") & ~Q(noted_unit_code="")
                | ~Q(state="added") & Q(noted_text="", noted_unit_code=""),
            ),
        ]
        indexes = [models.Index(name="address_request_by_state", fields=["district", "state", "asked_at"])]

    def __str__(self) -> str:
        return str(self.id)
