"""Addresses of the API of geo_data."""

from django.urls import URLPattern, path

from geo_data.api.views import BaseMap, Datasets, Districts, Schools, Seats, UnitMap, Units

urlpatterns: list[URLPattern] = [
    path("districts/", Districts.as_view(), name="districts"),
    path("datasets/", Datasets.as_view(), name="datasets"),
    path("schools/", Schools.as_view(), name="schools"),
    path("school-seats/", Seats.as_view(), name="school-seats"),
    path("units/", Units.as_view(), name="units"),
    path("units.geojson", UnitMap.as_view(), name="unit-map"),
    path("base-map.geojson", BaseMap.as_view(), name="base-map"),
]
