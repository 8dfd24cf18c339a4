"""Import new housing."""

from geo_data.management.import_command import ImportCommand
from geo_data.models import DatasetKind


class Command(ImportCommand):
    """Reads new housing."""

    help = "Import estates with new dwellings and their year of delivery: CSV or XLSX."
    kind = DatasetKind.HOUSING
