"""The private PostgreSQL cluster under var/: `python -m setup.cluster start | stop | status | remove | psql [WORD...]`.

It listens on a unix socket only, has no port, and is never the system's own. PostgreSQL refuses to run as root:
then the server runs as the `postgres` user of Debian's package. Folder modes, not passwords, decide who connects.
"""

import fcntl
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from config import environment
from config.paths import VAR, open_to_others, scratch_name, socket_folder

DATABASE = USER = "jiujin"
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")
SOCKET = ".s.PGSQL.5432"
PATIENCE_SECONDS = 60

# Rows are durable (PostgreSQL's defaults); these only fit the server to a small machine.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
}


class ClusterFault(Exception):
    """Why the cluster cannot be had, in words for the person who started it."""


def programs() -> Path:
    """Return the folder of the newest server's programs that has PostGIS. Raises ClusterFault when there is none."""
    versions = [path.parts[4] for path in Path("/usr/share/postgresql").glob("*/extension/postgis.control")]
    found = [Path("/usr/lib/postgresql") / version / "bin" for version in versions]
    if found:
        return max(found, key=lambda folder: int(folder.parent.name))
    raise ClusterFault(
        "PostgreSQL with PostGIS is missing. Run `make setup`, or: apt-get install postgresql-15-postgis-3"
    )


def server_user() -> str | None:
    """Return the user the server must run as when we are root, else None: ourselves."""
    return "postgres" if os.geteuid() == 0 else None


def home() -> Path:
    """Return the folder of data and log: var/postgres, or one in /var/tmp where the server cannot reach that."""
    if server_user() and not open_to_others(VAR):
        return Path("/var/tmp") / scratch_name()
    return VAR / "postgres"


def data() -> Path:
    return home() / "data"


def run(program: str, *arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the server's user. Raises ClusterFault when it fails."""
    command = [str(programs() / program), *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    ended = subprocess.run(
        command,
        user=server_user(),
        group=server_user(),
        extra_groups=[] if server_user() else None,
        env={**environment, "LC_ALL": "C"},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if check and ended.returncode:
        raise ClusterFault(f"{program} failed:\n{ended.stdout}{ended.stderr}{_end_of_log()}")
    return ended


def sql(statement: str, *, database: str = DATABASE, user: str = USER) -> str:
    """Run one statement and return what it printed."""
    arguments = (
        "-X",
        "-q",
        "-t",
        "-A",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        socket_folder(),
        "-U",
        user,
        "-d",
        database,
    )
    return run("psql", *arguments, "-c", statement).stdout.strip()


def is_running() -> bool:
    """Say whether our server answers."""
    return run("pg_isready", "-q", "-h", socket_folder(), check=False).returncode == 0


def _answers() -> bool:
    """Say whether our database answers; a start killed halfway may have left a server without it."""
    arguments = ("-X", "-q", "-h", socket_folder(), "-U", USER, "-d", DATABASE, "-c", "select 1")
    return run("psql", *arguments, check=False).returncode == 0


def start() -> str:
    """Make the cluster where there is none, start it, make the database; harmless when repeated."""
    with _one_at_a_time():
        if _answers():
            return "running already"
        _make_folder(home())
        _make_folder(socket_folder())
        if not data().exists():
            _initialize()
        if living_server() is None:
            _forget_dead_server()
            _start_server()
        _make_database()
        return "started"


def stop() -> str:
    """Stop the server, ending its sessions. Returns what was done."""
    if not VAR.exists() and not data().exists():
        return "not running"
    with _one_at_a_time():
        if living_server() is None:
            return "not running"
        run("pg_ctl", "stop", "-D", data(), "-m", "fast", "-w", "-t", str(PATIENCE_SECONDS))
        return "stopped"


def remove() -> None:
    """Stop the server and delete its data for ever."""
    stop()
    for folder in (home(), socket_folder()):
        if folder.exists():
            shutil.rmtree(folder)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    VAR.mkdir(parents=True, exist_ok=True)
    with open(VAR / "cluster.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if user := server_user():
        shutil.chown(folder, user)
    elif folder.stat().st_uid != os.geteuid() or folder.is_symlink():
        raise ClusterFault(f"{folder} belongs to somebody else. Remove it, or move this folder elsewhere.")
    folder.chmod(0o700)


def _initialize() -> None:
    draft = home() / "data.part"  # a run killed halfway leaves this, never a half-made data folder
    if draft.exists():
        shutil.rmtree(draft)
    run(
        "initdb",
        "-D",
        draft,
        "-U",
        "postgres",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-A",
        "trust",
        "--no-instructions",
    )
    draft.rename(data())


def living_server() -> int | None:
    """Return the process of our server, or None. A dead server's number may belong to another program by now."""
    try:
        process = int((data() / "postmaster.pid").read_text().splitlines()[0])
        command = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, IndexError, ValueError):
        return None
    return process if str(data()).encode() in command else None


def _forget_dead_server() -> None:
    for left in (data() / "postmaster.pid", socket_folder() / SOCKET, socket_folder() / f"{SOCKET}.lock"):
        left.unlink(missing_ok=True)


def _start_server() -> None:
    settings = {**SETTINGS, "unix_socket_directories": str(socket_folder())}
    options = shlex.join(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
    log = home() / "log"
    run("pg_ctl", "start", "-D", data(), "-l", log, "-w", "-t", str(PATIENCE_SECONDS), "-o", options)


def _make_database() -> None:
    """Make role, extensions and database, each where it is missing.

    The role may do everything in its own cluster, so that tests can make databases. Extensions go into the
    template, so that new databases have them at once.
    """
    admin = {"database": "postgres", "user": "postgres"}
    if not sql(f"select 1 from pg_roles where rolname = '{USER}'", **admin):
        sql(f"create role {USER} superuser login", **admin)
    for extension in EXTENSIONS:
        sql(f"create extension if not exists {extension}", database="template1")
    if not sql(f"select 1 from pg_database where datname = '{DATABASE}'", **admin):
        sql(f"create database {DATABASE} owner {USER}", **admin)


def _end_of_log(lines: int = 10) -> str:
    log = home() / "log"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


def _psql(arguments: Sequence[str]) -> None:
    program = str(programs() / "psql")
    os.execv(program, [program, "-h", str(socket_folder()), "-U", USER, "-d", DATABASE, *arguments])


def main(arguments: Sequence[str]) -> int:
    if environment.text("DATABASE_URL", ""):
        print("database: the server named by DATABASE_URL")
        return 0
    match arguments:
        case ["start"]:
            print(f"database: {start()} ({socket_folder()})")
        case ["stop"]:
            print(f"database: {stop()}")
        case ["status"]:
            running = is_running()
            print(f"database: {'running' if running else 'not running'} ({socket_folder()})")
            return 0 if running else 3
        case ["remove"]:
            remove()
        case ["psql", *rest]:
            _psql(rest)
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ClusterFault as fault:
        sys.exit(f"database: {fault}")
