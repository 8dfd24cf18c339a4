from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("admissions", "0008_code_version_and_applicants_by_tier"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="accepts_adjustment",
            field=models.BooleanField(default=False),
        ),
    ]
