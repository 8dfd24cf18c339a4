"""Import seats by grade and year."""

from geo_data.management.import_command import ImportCommand
from geo_data.models import DatasetKind


class Command(ImportCommand):
    """Reads seats, classes, pupils and planned intake by school, year and grade."""

    help = "Import seats, classes and pupils by school, year and grade: CSV or XLSX, long or wide."
    kind = DatasetKind.SEATS
