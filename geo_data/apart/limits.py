"""What a process that reads a stranger's file may use, and how it gives everything else away."""

import ctypes
import faulthandler
import os
import resource
import signal
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import NoReturn

import pyogrio
from django.conf import settings
from django.contrib.gis.gdal.libgdal import lgdal
from django.db.backends.base.base import BaseDatabaseWrapper

PR_SET_PDEATHSIG = 1
MIB = 1 << 20
# Other drivers follow addresses inside a file to other files or to the network.
DRIVERS = frozenset(
    {"GPKG", "GeoJSON", "GeoJSONSeq", "ESRI Shapefile", "KML", "LIBKML", "FlatGeobuf", "OSM", "MEM", "Memory"}
)
OWN_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGXCPU, signal.SIGPIPE)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reading may use; all of it ends in a finding.

    memory_bytes -- private memory beyond what the process began with
    output_bytes -- what it may hand back
    file_bytes   -- what it may write into one file
    """

    cpu_seconds: int
    wall_seconds: int
    memory_bytes: int
    output_bytes: int
    open_files: int
    file_bytes: int = 0


def limits_of_settings() -> Limits:
    """Return the limits of this installation."""
    return Limits(
        cpu_seconds=settings.READER_CPU_SECONDS,
        wall_seconds=settings.READER_WALL_SECONDS,
        memory_bytes=settings.READER_MEMORY_MIB * MIB,
        output_bytes=settings.READER_OUTPUT_MIB * MIB,
        open_files=settings.READER_OPEN_FILES,
    )


def die_with(parent: int) -> None:
    """End this forked process when its parent ends, even one that is killed; at once, if it has ended already.

    Otherwise it would wait for ever, and keep open what it inherited: the connections whose locks tell the sweeper
    that the parent lives.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def enter_reader(limits: Limits, keep: int, parent: int) -> None:
    """Make this forked process a reader: no database, no terminal, no other drivers, and limits.

    keep   -- the file descriptor that leads back to the parent
    parent -- the parent's number
    1. It dies with its parent, and signals mean again what they mean.
    2. Sockets lead nowhere: nothing it does, not even ending, reaches the database's connections of the parent.
       New ones are refused.
    3. Limits are set last; wall time is a timer that kills, also in the middle of compiled code.
    """
    die_with(parent)
    faulthandler.disable()
    for number in OWN_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    _cut_sockets(keep)
    BaseDatabaseWrapper.connect = _no_database  # type: ignore[method-assign]  # in this process only
    _only_drivers()
    _set_limits(limits)


def _no_database(self: BaseDatabaseWrapper) -> NoReturn:
    raise RuntimeError("a reader has no database: ask before reading")


def _cut_sockets(keep: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for entry in os.listdir("/proc/self/fd"):
        number = int(entry)
        if number == keep:
            continue
        try:
            is_socket = os.readlink(f"/proc/self/fd/{number}").startswith("socket:")
        except OSError:  # the listing's own
            continue
        if is_socket or number in (0, 1, 2):
            os.dup2(nowhere, number)


def _only_drivers() -> None:
    pyogrio.list_drivers()  # registers them
    # They are deregistered in the library that pyogrio reads with: Django uses the same.
    how_many, get, away = lgdal.GDALGetDriverCount, lgdal.GDALGetDriver, lgdal.GDALDeregisterDriver
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.c_int]
    away.restype, away.argtypes = None, [ctypes.c_void_p]
    name = lgdal.GDALGetDriverShortName
    name.restype, name.argtypes = ctypes.c_char_p, [ctypes.c_void_p]
    drivers = [get(i) for i in range(how_many())]
    for driver in drivers:
        if (name(driver) or b"").decode() not in DRIVERS:
            away(driver)


def _set_limits(limits: Limits) -> None:
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, _last_number(limits.open_files)),
        (resource.RLIMIT_DATA, _private_bytes() + limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
    ):
        hard = resource.getrlimit(kind)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least if kind != resource.RLIMIT_CPU else hard))
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)


def _last_number(more: int) -> int:
    """Return the limit below which just so many file numbers are free: new files get the smallest free ones."""
    taken = {int(entry) for entry in os.listdir("/proc/self/fd")}
    free = (number for number in count() if number not in taken)
    return next(islice(free, more, None))


def _private_bytes() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
