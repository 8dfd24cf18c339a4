"""Units are found by parts of their names and by misspelt ones."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("geo_data", "0001_initial")]

    operations = [
        TrigramExtension(),
        migrations.AddIndex(
            model_name="catchmentunit",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["name"], name="unit_by_name_part", opclasses=["gin_trgm_ops"]
            ),
        ),
    ]
