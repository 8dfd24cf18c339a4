"""Import schools."""

from geo_data.management.import_command import ImportCommand
from geo_data.models import DatasetKind


class Command(ImportCommand):
    """Reads schools with site, seats and planned intake."""

    help = "Import schools, one row a school and stage: CSV, XLSX or a map layer of points."
    kind = DatasetKind.SCHOOLS
