"""One digest of all facts behind an entry list: whoever changes one afterwards is found out."""

from django.db import connection

from admissions.models import EntryList

# In the database, where the facts lie: a county's are hundreds of megabytes as text.
DIGEST = """
SELECT encode(sha256(convert_to(coalesce(string_agg(
    entry.receipt || ' ' || encode(sha256(convert_to(application.facts::text, 'UTF8')), 'hex'),
    E'\\n' ORDER BY entry.receipt COLLATE "C"
), ''), 'UTF8')), 'hex')
FROM admissions_entry AS entry JOIN admissions_application AS application ON application.id = entry.application_id
WHERE entry.entry_list_id = %s
"""


def facts_digest(entry_list: EntryList) -> str:
    """Return SHA-256 over a line `receipt SHA-256(facts as stored)` for each child, by receipt, lines joined by LF.

    Special-needs children are among them; from the digest alone nobody can tell. Source: docs/audit-bundle.md.
    """
    with connection.cursor() as cursor:
        cursor.execute(DIGEST, [entry_list.pk])
        return str(cursor.fetchone()[0])
