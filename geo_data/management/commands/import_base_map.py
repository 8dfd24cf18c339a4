"""Import the base map."""

from geo_data.management.import_command import ImportCommand
from geo_data.models import DatasetKind


class Command(ImportCommand):
    """Reads streets, main roads and rivers."""

    help = "Import streets, main roads and rivers: a map layer of lines."
    kind = DatasetKind.BASE_MAP
