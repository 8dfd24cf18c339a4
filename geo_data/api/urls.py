"""Addresses of the API of geo_data."""

from django.urls import URLPattern, path

from geo_data.api.streets import Measures, Routes, StreetMap
from geo_data.api.views import BaseMap, Datasets, Districts, UnitMap, Units

urlpatterns: list[URLPattern] = [
    path("districts/", Districts.as_view(), name="districts"),
    path("datasets/", Datasets.as_view(), name="datasets"),
    path("units/", Units.as_view(), name="units"),
    path("units.geojson", UnitMap.as_view(), name="unit-map"),
    path("base-map.geojson", BaseMap.as_view(), name="base-map"),
    path("measures/", Measures.as_view(), name="measures"),
    path("routes/", Routes.as_view(), name="routes"),
    path("streets.geojson", StreetMap.as_view(), name="street-map"),
]
