"""The table of the shared cache, which holds the counts of the sign-in limits."""

from django.db import migrations

CREATE = """
CREATE UNLOGGED TABLE accounts_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX accounts_cache_expires ON accounts_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_staff_without_phone")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE accounts_cache")]
