"""Draw the zones of several districts side by side, on all cores of this machine or on a Dask cluster."""

import json
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zoning.engine.files import FileFault, Tables, read_tables
from zoning.engine.objective import FILE_PRESETS
from zoning.management.districts import Drawn, Failed, Order, draw_districts
from zoning.management.figures import figures_in_words
from zoning.management.stopping import asked_to_stop
from zoning.management.weight_option import add_weight_option, changed_preset

PARTS = ("units", "schools", "adjacency")


class Command(BaseCommand):
    help = (
        "Draw several districts side by side. Every folder is a district and holds units.csv, schools.csv,"
        " adjacency.csv and, where walks count, distances.csv as draw_zones reads them; OUT/NAME/plan.csv and"
        " report.json are written as each is done."
        " Ctrl-C stops: districts at work write their best plan so far."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 -- Django's own declaration; no database is needed

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument(
            "--scheduler", metavar="tcp://HOST:PORT", help="a running Dask scheduler (own workers)"
        )
        parser.add_argument("--workers", type=int, help="own workers, a process each (one for every core)")
        budget = parser.add_mutually_exclusive_group()
        budget.add_argument("--effort", type=int, help="rounds of search: the same plan on every machine (8)")
        budget.add_argument("--seconds", type=float, help="wall time of each district's search")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--preset", choices=sorted(FILE_PRESETS), default="nearest")
        add_weight_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        names = [folder.resolve().name for folder in options["folders"]]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise CommandError(f"These names stand for two folders: {', '.join(twice)}")
        effort = 8 if options["effort"] is None and options["seconds"] is None else options["effort"]
        weights = changed_preset(options["preset"], dict(options["weight"]))
        order = Order(options["seed"], effort, options["seconds"], weights)
        self.failed: list[str] = []
        districts = dict(self._read(dict(zip(names, options["folders"], strict=True))))
        with connected(options["scheduler"], options["workers"]) as client, asked_to_stop() as stopped:
            run = f"zones-{uuid4()}"
            client.subscribe_topic(run, self._tell_progress)
            self.stdout.write(
                f"{len(districts)} districts on {len(client.scheduler_info()['workers'])} workers"
            )
            results = draw_districts(client, run, districts, order, lambda: bool(stopped))
            for done, (name, result) in enumerate(results, start=1):
                self._keep(options["out"] / name, name, result, f"{done} of {len(districts)}")
        if self.failed:
            raise CommandError(f"Without a lawful plan: {', '.join(sorted(self.failed))}")

    def _read(self, folders: dict[str, Path]) -> Iterator[tuple[str, Tables]]:
        for name, folder in folders.items():
            files = [folder / f"{part}.csv" for part in PARTS]
            ways = [path for path in [folder / "distances.csv"] if path.exists()]
            try:
                tables = read_tables(*files, *ways)
            except FileFault as fault:
                self._note(name, str(fault))
                continue
            yield name, tables

    def _keep(self, out: Path, name: str, result: Drawn | Failed, count: str) -> None:
        if isinstance(result, Failed):
            self._note(name, result.reason)
            return
        out.mkdir(parents=True, exist_ok=True)
        (out / "plan.csv").write_bytes(result.plan)
        text = json.dumps(result.report, ensure_ascii=False, indent=2, sort_keys=True)
        (out / "report.json").write_text(text + "\n", encoding="utf-8")
        told = result.report
        effort = "ended within a round" if told["effort"] is None else f"effort {told['effort']}"
        self.stdout.write(
            f"{count}: {name}: {result.children} children, {figures_in_words(told)};"
            f" {result.cpu_seconds:.1f} s of processor, {effort}"
        )
        if result.broken:
            self._note(
                name, f"not lawful ({', '.join(result.broken)}); the plan written has the least trouble"
            )

    def _note(self, name: str, reason: str) -> None:
        self.failed.append(name)
        self.stderr.write(f"{name}: {reason}")

    def _tell_progress(self, event: tuple[Any, dict[str, Any]]) -> None:
        told = event[1]
        self.stdout.write(f"  {told['district']}: {told['stage']} {told['done']} of {told['total']}")


@contextmanager
def connected(scheduler: str | None, workers: int | None) -> Iterator[Any]:
    """Yield a client of the scheduler at this address, or of a cluster of this machine that ends with it."""
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError as missing:
        raise CommandError(
            "Drawing side by side needs Dask: pip install --require-hashes -r requirements-province.lock"
        ) from missing
    make_client: Any = Client
    make_cluster: Any = LocalCluster
    if scheduler is not None:
        try:
            with make_client(scheduler, timeout="10s") as client:
                yield client
        except OSError as refused:
            raise CommandError(f"No Dask scheduler answers at {scheduler}") from refused
        return
    logging.getLogger("distributed").setLevel(logging.ERROR)
    # One thread a worker, since a district's search has threads of its own; nothing listens beyond this machine.
    with (
        _deaf_to_ctrl_c(),
        make_cluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            silence_logs=logging.ERROR,
        ) as cluster,
        make_client(cluster) as client,
    ):
        yield client


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Let workers begun meanwhile ignore Ctrl-C, which a terminal sends them too: the command tells them to stop."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
