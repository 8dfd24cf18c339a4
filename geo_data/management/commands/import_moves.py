"""Import moves of children."""

from geo_data.management.import_command import ImportCommand
from geo_data.models import DatasetKind


class Command(ImportCommand):
    """Reads net arrivals of children."""

    help = "Import the balance of moves of children by year and age: CSV or XLSX."
    kind = DatasetKind.MIGRATION
