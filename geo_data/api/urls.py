"""Addresses of the API of geo_data."""

from django.urls import URLPattern, path

from geo_data.api.addresses import Addresses, AddressRequestDetail, AddressRequests
from geo_data.api.imports import (
    Compare,
    Confirm,
    Discard,
    Restore,
    Template,
    Uploads,
    Version,
    VersionComparison,
    VersionFindings,
    VersionPlaces,
    VersionPreview,
    Withdraw,
)
from geo_data.api.self_registrations import SelfRegistrations, SelfRegistrationWithdrawal
from geo_data.api.streets import Measures, Routes, StreetMap
from geo_data.api.views import BaseMap, Datasets, Districts, Schools, Seats, UnitMap, Units

urlpatterns: list[URLPattern] = [
    path("districts/", Districts.as_view(), name="districts"),
    path("datasets/", Datasets.as_view(), name="datasets"),
    path("addresses/", Addresses.as_view(), name="addresses"),
    path("address-requests/", AddressRequests.as_view(), name="address-requests"),
    path("address-requests/<uuid:request_id>/", AddressRequestDetail.as_view(), name="address-request"),
    path("datasets/<uuid:dataset_id>/", Version.as_view(), name="dataset"),
    path("datasets/<uuid:dataset_id>/findings/", VersionFindings.as_view(), name="dataset-findings"),
    path("datasets/<uuid:dataset_id>/places/", VersionPlaces.as_view(), name="dataset-places"),
    path("datasets/<uuid:dataset_id>/preview/", VersionPreview.as_view(), name="dataset-preview"),
    path("datasets/<uuid:dataset_id>/comparison/", VersionComparison.as_view(), name="dataset-comparison"),
    path("datasets/<uuid:dataset_id>/confirm/", Confirm.as_view(), name="confirm-dataset"),
    path("datasets/<uuid:dataset_id>/discard/", Discard.as_view(), name="discard-dataset"),
    path("datasets/<uuid:dataset_id>/withdraw/", Withdraw.as_view(), name="withdraw-dataset"),
    path("datasets/<uuid:dataset_id>/restore/", Restore.as_view(), name="restore-dataset"),
    path("datasets/<uuid:dataset_id>/compare/", Compare.as_view(), name="compare-dataset"),
    path("uploads/", Uploads.as_view(), name="uploads"),
    path("templates/<str:kind>.xlsx", Template.as_view(), name="template"),
    path("schools/", Schools.as_view(), name="schools"),
    path("school-seats/", Seats.as_view(), name="school-seats"),
    path("units/", Units.as_view(), name="units"),
    path("units.geojson", UnitMap.as_view(), name="unit-map"),
    path("base-map.geojson", BaseMap.as_view(), name="base-map"),
    path("measures/", Measures.as_view(), name="measures"),
    path("routes/", Routes.as_view(), name="routes"),
    path("streets.geojson", StreetMap.as_view(), name="street-map"),
    path("self-registrations/", SelfRegistrations.as_view(), name="self-registrations"),
    path(
        "self-registrations/<uuid:registration_id>/withdraw/",
        SelfRegistrationWithdrawal.as_view(),
        name="self-registration-withdrawal",
    ),
]
