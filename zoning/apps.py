"""The app zoning."""

from django.apps import AppConfig


class ZoningConfig(AppConfig):
    """Registers the app."""

    name = "zoning"
