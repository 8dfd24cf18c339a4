"""Import the household census."""

from geo_data.management.import_command import ImportCommand
from geo_data.models import DatasetKind


class Command(ImportCommand):
    """Reads households and children with what the registers say about them."""

    help = "Import the household census, one row a child: CSV or XLSX."
    kind = DatasetKind.CHILDREN
