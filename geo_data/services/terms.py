"""On which terms a file is brought in: proposed or confirmed at once, all of it or the good rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from geo_data.models import Upload
from geo_data.tables.findings import Keep


class Settle(Enum):
    """What becomes of a file without severe findings."""

    CONFIRM = "confirm"  # it is the current version at once; a refused file raises and leaves nothing
    PROPOSE = "propose"  # it waits for an officer; a refused file is kept as a version without rows


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of an import.

    headers -- what unknown headers mean, beside what the district remembers: header -> column, "" to leave it out
    upload  -- the file handed in, where it was not named by a path
    """

    settle: Settle = Settle.CONFIRM
    keep: Keep = Keep.ALL_OR_NOTHING
    headers: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file comes from, in the officer's words.

    file_name  -- as the officer knows it, where the path is that of an upload
    vintage_on -- the day the data were true
    """

    office: str = ""
    vintage_on: date | None = None
    file_name: str = ""


AT_ONCE = Terms()
