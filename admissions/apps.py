"""The app admissions."""

from django.apps import AppConfig


class AdmissionsConfig(AppConfig):
    """Registers the app."""

    name = "admissions"
