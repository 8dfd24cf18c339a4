"""Lists that an earlier version of the program closed: what it did not record yet cannot be compared."""

import json
from collections.abc import Mapping

Files = Mapping[str, bytes]


def is_of_earlier_version(files: Files, folder: str) -> bool:
    """Say whether the list was closed when neither the program's version was recorded, nor what came with it.

    folder -- of the list. With the version came the digest of the facts in the log, and the applicants of each tier.
    The version is in the list, whose digest is in the log: a list that has one cannot be made to look older.
    """
    return not json.loads(files[f"{folder}/entry_list.json"]).get("code_version")
