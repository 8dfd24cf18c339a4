"""A worker whose verifier of the draw waits until a file is gone: `python -m tests.services.lingering_verifier FILE`.

FILE is there when the worker starts. Everything else is as in `manage.py worker`; further arguments go to it.
"""

import os
import sys
import time
from collections.abc import Mapping
from functools import wraps
from pathlib import Path

from django.core.management import execute_from_command_line

from admissions.lottery import verify as lottery_verify


def main() -> None:
    wait_for, *options = sys.argv[1:]
    verify = lottery_verify.faults

    @wraps(verify)  # under its own name, by which another process finds it
    def lingering(bundle: Mapping[str, bytes], **seen: object) -> list[str]:
        while Path(wait_for).exists():
            time.sleep(0.02)
        return verify(bundle, **seen)

    lottery_verify.faults = lingering
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(["manage.py", "worker", *options])


if __name__ == "__main__":
    main()
