"""Runs the product on this machine in the background: `python -m setup.serve demo | start | stop | status`.

The web server and the worker leave their process numbers under var/processes, so that `stop` finds them again.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from config import environment
from config.health import ADDRESS, ANSWER
from config.paths import BASE, VAR
from setup import cluster

HOST = "127.0.0.1"
PROCESSES = VAR / "processes"
LOGS = VAR / "log"
PATIENCE_SECONDS = 180.0  # a machine busy with other work starts Python slowly


class ServeFault(Exception):
    """Why the product cannot run, in words for the person who started it."""


def port() -> int:
    return int(environment.text("JIUJIN_PORT", "8000"))


def address() -> str:
    return f"http://{HOST}:{port()}/"


def commands() -> dict[str, list[str]]:
    """Return what runs in the background: name -> command."""
    return {
        "web": [
            *(sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{port()}"),
            *(
                "--workers",
                environment.text("JIUJIN_WEB_WORKERS", "2"),
                "--threads",
                "4",
                "--timeout",
                "60",
                "--no-control-socket",
            ),
        ],
        "worker": [sys.executable, "manage.py", "worker"],
    }


def process_of(name: str) -> int | None:
    """Return the living process started under a name, or None. A dead one's number may be another program's by now."""
    try:
        process = int((PROCESSES / name).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return process if sys.executable in _words_of(process) else None


def _words_of(process: int) -> list[str]:
    """Return the command a process was started with; a dead one has none."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def _refuse_another_port() -> None:
    process = process_of("web")
    if process and f"{HOST}:{port()}" not in _words_of(process):
        raise ServeFault("the web server is running on another port. Stop it first: make stop")


def is_well() -> bool:
    """Say whether our own web server answers at our port."""
    try:
        with urllib.request.urlopen(address() + ADDRESS, timeout=5) as answer:
            return bool(answer.read().decode() == ANSWER)
    except (OSError, urllib.error.URLError):
        return False


def start() -> None:
    """Start the database, bring it up to date, start web server and worker, wait until they answer."""
    _refuse_another_port()
    if process_of("web") and process_of("worker") and is_well():
        print(f"Running already: {address()}")
        return
    _start_database()
    manage("migrate", "--verbosity", "0")
    if process_of("web") is None:
        _refuse_taken_port()
    for name, command in commands().items():
        if process_of(name) is None:
            _launch(name, command)
    _wait(is_well, lambda: process_of("web") is not None and process_of("worker") is not None)
    print(f"Serving: {address()}")


def stop() -> None:
    """Stop the web server, the worker and the private cluster; whatever does not run is passed over."""
    running = {name: process for name in commands() if (process := process_of(name))}
    for process in running.values():
        os.killpg(process, signal.SIGTERM)
    for name, process in running.items():
        _end(name, process)
    if PROCESSES.exists():
        for name in commands():
            (PROCESSES / name).unlink(missing_ok=True)
    print(f"stopped: {', '.join(running) or 'nothing was running'}")
    print(f"database: {cluster.stop()}")


def demo() -> None:
    """Start, then load the sample county and run the main job on it; what is there already is kept."""
    os.environ["JIUJIN_DEMO"] = "yes"
    # An invented county needs no review.
    os.environ.setdefault("JIUJIN_MAP_REVIEW_NUMBER", "虚构样例县，非真实地图")
    start()
    manage("demo")


def status() -> bool:
    """Print what runs. Returns whether everything does."""
    states = {name: process_of(name) is not None for name in commands()}
    for name, running in states.items():
        print(f"{name}: {'running' if running else 'not running'}")
    return all(states.values())


def manage(*arguments: str) -> None:
    """Run a management command in the foreground. Raises ServeFault when it fails."""
    if subprocess.run([sys.executable, "manage.py", *arguments], cwd=BASE, check=False).returncode:
        raise ServeFault(f"`manage.py {arguments[0]}` failed; what it said is above")


def _start_database() -> None:
    if not environment.text("DATABASE_URL", ""):
        print(f"database: {cluster.start()}")


def _refuse_taken_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port()))
        except OSError:
            other = port() + 1
            raise ServeFault(
                f"port {port()} is taken by another program. Choose another: JIUJIN_PORT={other} make demo"
            ) from None


def _launch(name: str, command: Sequence[str]) -> None:
    for folder in (PROCESSES, LOGS):
        folder.mkdir(parents=True, exist_ok=True)
    with open(LOGS / f"{name}.log", "a") as log:
        process = subprocess.Popen(
            command, cwd=BASE, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    (PROCESSES / name).write_text(str(process.pid))


def _wait(until: Callable[[], bool], alive: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not until():
        time.sleep(0.2)  # first, because a process that has only just been started has no command yet
        if not alive() or time.monotonic() > deadline:
            raise ServeFault(f"the server does not answer; see {LOGS}:\n{_end_of_logs()}")


def _end(name: str, process: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS / 9
    while process_of(name) and time.monotonic() < deadline:
        time.sleep(0.1)
    if process_of(name):
        os.killpg(process, signal.SIGKILL)


def _end_of_logs(lines: int = 8) -> str:
    return "\n".join(
        line
        for name in commands()
        if (LOGS / f"{name}.log").exists()
        for line in (LOGS / f"{name}.log").read_text(errors="replace").splitlines()[-lines:]
    )


def main(arguments: Sequence[str]) -> int:
    match arguments:
        case ["demo"]:
            demo()
        case ["start"]:
            start()
        case ["stop"]:
            stop()
        case ["status"]:
            return 0 if status() else 3
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (ServeFault, cluster.ClusterFault) as fault:
        sys.exit(f"jiujin: {fault}")
