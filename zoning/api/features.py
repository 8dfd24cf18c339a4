"""The shapes of GeoJSON answers, for the schema only: the selectors print them."""

from rest_framework import serializers


class PlacedSchool(serializers.Serializer[object]):
    """A school of a zone, with its point."""

    code = serializers.CharField()
    name = serializers.CharField()
    longitude = serializers.FloatField()
    latitude = serializers.FloatField()


class ZoneProperties(serializers.Serializer[object]):
    """What a zone's feature says."""

    code = serializers.CharField()
    name = serializers.CharField()
    schools = PlacedSchool(many=True)


class UnitProperties(serializers.Serializer[object]):
    """What a unit's feature says."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    township = serializers.CharField()
    zone = serializers.CharField()
    schools = serializers.ListField(child=serializers.CharField())
    children = serializers.IntegerField()


class ZoneFeature(serializers.Serializer[object]):
    """A zone."""

    type = serializers.CharField(help_text="Feature")
    id = serializers.CharField()
    properties = ZoneProperties()
    geometry = serializers.DictField()


class UnitFeature(serializers.Serializer[object]):
    """A unit."""

    type = serializers.CharField(help_text="Feature")
    id = serializers.CharField()
    properties = UnitProperties()
    geometry = serializers.DictField()


class ZoneFeatures(serializers.Serializer[object]):
    """The zones of a plan."""

    type = serializers.CharField(help_text="FeatureCollection")
    features = ZoneFeature(many=True)


class UnitFeatures(serializers.Serializer[object]):
    """The units of a plan."""

    type = serializers.CharField(help_text="FeatureCollection")
    features = UnitFeature(many=True)
