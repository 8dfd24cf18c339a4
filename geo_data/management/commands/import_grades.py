"""Import pupils by grade."""

from geo_data.management.import_command import ImportCommand
from geo_data.models import DatasetKind


class Command(ImportCommand):
    """Reads past pupil counts, from which grades move up."""

    help = "Import pupils by school, grade and year: CSV or XLSX."
    kind = DatasetKind.GRADES
