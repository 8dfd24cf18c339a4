"""Import past enrolment."""

from geo_data.management.import_command import ImportCommand
from geo_data.models import DatasetKind


class Command(ImportCommand):
    """Reads children of entry age, who enrolled in the zone school and who went elsewhere."""

    help = "Import what became of past cohorts, by unit, category and year: CSV or XLSX."
    kind = DatasetKind.ENROLMENTS
