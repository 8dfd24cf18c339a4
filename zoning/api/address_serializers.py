"""How an address that was found, and a zone in words, are printed."""

from rest_framework import serializers

from accounts.api.district_field import DistrictField
from geo_data.addresses.doors import Side
from geo_data.models import School
from geo_data.selectors.districts import find_only_district_code
from zoning.selectors.by_address import AddressAnswer


class AnsweredAddressSerializer(serializers.Serializer[object]):
    """The address that was found."""

    code = serializers.CharField(source="address.code")
    address = serializers.CharField(source="address.shown")
    township = serializers.CharField(source="address.township")
    called = serializers.CharField(help_text="The alias or old name that was typed, or empty.")
    door = serializers.SerializerMethodField(
        help_text="near: the number is not in the register, its neighbours on the same side lie in this zone; "
        "missing: the building is not, but the whole estate lies in it."
    )
    asked = serializers.CharField(help_text="The number as typed where door is near, or empty.")
    beside = serializers.ListField(
        child=serializers.CharField(),
        help_text="The neighbours that answer for it; the first is the address told.",
    )
    by_point = serializers.BooleanField(help_text="The zones do not know its unit: its point decided.")

    def get_door(self, found: AddressAnswer) -> str:
        """Return how the number was found."""
        return found.door.name.lower()


class SchoolZoneQuery(serializers.Serializer[object]):
    """Of which district, on which day."""

    district = DistrictField(find_only_district_code)
    on = serializers.DateField(required=False, help_text="The day asked about; today by default.")


class SchoolOfZoneSerializer(serializers.Serializer[School]):
    """A school of the zone."""

    code = serializers.CharField()
    name = serializers.CharField()
    address = serializers.CharField()


class NamedUnitSerializer(serializers.Serializer[object]):
    """An estate or village."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    township = serializers.CharField()


class PartOfEstateSerializer(serializers.Serializer[object]):
    """An estate that lies in the zone in part."""

    name = serializers.CharField()
    township = serializers.CharField()
    buildings = serializers.ListField(child=serializers.CharField())


class SpanSerializer(serializers.Serializer[object]):
    """Numbers of one side of a road, both ends included."""

    side = serializers.ChoiceField(choices=[side.value for side in Side])
    first = serializers.IntegerField()
    last = serializers.IntegerField()
    is_whole = serializers.BooleanField(help_text="All numbers of this side.")


class RoadInZoneSerializer(serializers.Serializer[object]):
    """A road; without spans the whole of it."""

    name = serializers.CharField()
    is_whole = serializers.BooleanField()
    spans = SpanSerializer(many=True)


class SchoolZoneSerializer(serializers.Serializer[object]):
    """The zone of a school in words."""

    on = serializers.DateField()
    school = SchoolOfZoneSerializer()
    schools = SchoolOfZoneSerializer(many=True, help_text="All schools of the zone, by code.")
    zone_code = serializers.CharField()
    zone_name = serializers.CharField()
    plan = serializers.UUIDField(source="plan_id")
    plan_number = serializers.IntegerField()
    document_number = serializers.CharField()
    from_on = serializers.DateField(source="period.from_on")
    until_on = serializers.DateField(
        source="period.until_on", allow_null=True, help_text="That day excluded."
    )
    units = NamedUnitSerializer(source="words.units", many=True)
    estates = serializers.ListField(
        source="words.estates",
        child=serializers.CharField(),
        help_text="Estates of the register that no unit is named after.",
    )
    parts = PartOfEstateSerializer(source="words.parts", many=True)
    roads = RoadInZoneSerializer(source="words.roads", many=True)
