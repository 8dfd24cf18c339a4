"""Compiles the engines' kernels ahead of time, so that no first user waits for it: `python -m setup.warm`."""

import importlib.util
import os
import runpy

WARMERS = ("zoning.engine.warm", "admissions.matching.warm")


def main() -> None:
    """Run each engine's warmer."""
    from config import settings

    assert os.environ["NUMBA_CACHE_DIR"], f"{settings.__file__} names the folder of compiled kernels"
    for name in WARMERS:
        if importlib.util.find_spec(name):
            runpy.run_module(name, run_name="__main__")


if __name__ == "__main__":
    main()
