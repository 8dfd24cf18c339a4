"""Import the address register."""

from geo_data.management.import_command import ImportCommand
from geo_data.models import DatasetKind


class Command(ImportCommand):
    """Reads estates, buildings and door numbers with their units or places."""

    help = "Import the address register, one row an address: CSV, XLSX or a map layer of points."
    kind = DatasetKind.ADDRESSES
