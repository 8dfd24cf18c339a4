"""The app frontend."""

from django.apps import AppConfig


class FrontendConfig(AppConfig):
    """Registers the app."""

    name = "frontend"
