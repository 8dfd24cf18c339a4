"""The app geo_data."""

from django.apps import AppConfig


class GeoDataConfig(AppConfig):
    """Registers the app."""

    name = "geo_data"
