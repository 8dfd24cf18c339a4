"""Towns in files, plans drawn for them, and the programs of a stranger run on these alone."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management import call_command

from zoning.engine import verify

PROGRAMS = ("verify.py", "verify_files.py", "verify_figures.py", "verify_words.py", "verify_bound.py")
SITES = {"s1": (1, 1, 70), "s2": (4, 1, 75), "s3": (1, 4, 80), "s4": (4, 4, 90)}
SIDE, STEP = 6, 100
PLACES = [(x, y) for x in range(SIDE) for y in range(SIDE)]
Told = dict[str, Any]
Text = Callable[[str], str]
AGREES = "报告的数字已重算一致 / the report's figures were recomputed and agree"


@dataclass(frozen=True)
class Town:
    """A town of 36 blocks and four schools in files; what a case adds to the three that every town has."""

    groups: Mapping[str, str] = field(default_factory=dict)
    years: tuple[int, ...] = ()
    land: bool = False
    rules: str = ""
    walks: bool = False
    in_force: bool = False
    roads: bool = False
    options: tuple[str, ...] = ()


RULES = (
    "lock,c2r0,,s1,,r\nlock,c5r5,,s4,,r\nforbid,c2r2,,s4,,r\nenclave,c0r5,,s4,,r\ncap,,,,900,r\n"
    "no_link,c2r3,c3r3,,,r\nlink,c0r0,c2r0,,,r\ntownship,,,,,r\n"
)
SHARED = {"s1": "g", "s4": "g"}
TOWNS = {
    "straight": Town(options=("--weight", "border_m=20")),
    "walks": Town(walks=True),
    "shared": Town(groups=SHARED, options=("--preset", "balanced")),
    "kept": Town(years=(2027, 2028), options=("--later", "kept")),
    "weighed": Town(years=(2027, 2028), options=("--later", "weighed")),
    "ignored": Town(years=(2027, 2028)),
    "rules": Town(rules=RULES, options=("--weight", "border_m=20")),
    "in_force": Town(in_force=True, options=("--weight", "moved_child_m=60", "--weight", "moved_unit_m=60")),
    "soft": Town(
        in_force=True,
        roads=True,
        options=(
            *("--weight=moved_child_m=0", "--weight=moved_unit_m=9", "--weight=parted_child_m=1"),
            *("--weight=township_child_m=1", "--weight=crossing_m=1", "--weight=class_seat_m=90"),
            "--class-size=20",
        ),
    ),
    "land": Town(land=True, options=("--preset", "full_and_round")),
    "all": Town(
        groups={"s1": "g", "s2": "g"},
        years=(2027,),
        rules=RULES,
        walks=True,
        in_force=True,
        options=("--later", "kept", "--weight", "balance_m=300", "--weight", "border_m=7"),
    ),
}


def write_town(folder: Path, town: Town) -> None:
    """Write the files of a town. Blocks in the west are of one township, the others of another."""
    years = [f"_{year}" for year in town.years]
    land = ",area_m2,outline_m" if town.land else ""
    units = [f"unit_id,x_m,y_m,children{''.join(f',children{y}' for y in years)},township{land}"]
    for x, y in PLACES:
        later = "".join(f",{(x * 5 + y * 3 + i) % 13 + 1}" for i, _ in enumerate(years))
        measures = ",10000.4,400.2" if town.land else ""
        township = "东" if x > 2 else "西"
        units.append(
            f"c{x}r{y},{STEP * x}.5,{STEP * y},{(x + y * SIDE) % 13 + 1}{later},{township}{measures}"
        )
    seats = {name: count for name, (_, _, count) in SITES.items()}
    schools = [f"school_id,unit_id,seats,group{''.join(f',seats{y}' for y in years)}"]
    for name, (x, y, _) in SITES.items():
        later = "".join(f",{seats[name] + 10}" for _ in years)
        schools.append(f"{name},c{x}r{y},{seats[name]},{town.groups.get(name, '')}{later}")
    pairs = [(f"c{x}r{y}", f"c{x + 1}r{y}") for x, y in PLACES if x + 1 < SIDE]
    pairs += [(f"c{x}r{y}", f"c{x}r{y + 1}") for x, y in PLACES if y + 1 < SIDE]
    border = ",98.76" if town.land else ""
    links = ["unit_a,unit_b" + (",border_m" if town.land else ""), *(f"{a},{b}{border}" for a, b in pairs)]
    tables = {"units": units, "schools": schools, "adjacency": links}
    if town.rules:
        tables["rules"] = ["rule,unit_id,other_unit_id,school_id,metres,reason", *town.rules.split()]
    if town.walks:
        tables["distances"] = ["unit_id,school_id,metres", *walks()]
    if town.roads:
        tables["crossings"] = ["unit_id,school_id,crossings", *crossings()]
    if town.in_force:
        tables["in_force"] = ["unit_id,school_id", *in_force()]
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def walks() -> list[str]:
    """Ways along the streets, those over 700 m left out; some have millimetres."""
    ways = [
        (f"c{x}r{y},{name}", STEP * (abs(x - at) + abs(y - up)) + 0.125 * x)
        for x, y in PLACES
        for name, (at, up, _) in SITES.items()
    ]
    return [f"{pair},{metres}" for pair, metres in ways if metres <= 700]


def crossings() -> list[str]:
    """A main road between the west and the east, and another one between the north and the south."""
    ends = [(x, y, name, at, up) for x, y in PLACES for name, (at, up, _) in SITES.items()]
    return [f"c{x}r{y},{name},{((x > 2) != (at > 2)) + ((y > 2) != (up > 2))}" for x, y, name, at, up in ends]


def in_force() -> list[str]:
    """By columns, with an island of s1 in the east and a unit that has no zone."""
    zones = {(x, y): f"s{1 + (x > 2) + 2 * (y > 2)}" for x, y in PLACES} | {(5, 5): "s1"}
    return [f"c{x}r{y},{zone}" for (x, y), zone in zones.items() if (x, y) != (0, 0)]


def files_of(folder: Path) -> list[str]:
    names = ("units", "schools", "adjacency", "rules", "distances", "crossings", "in_force")
    return [
        f"--{name.replace('_', '-')}={path}" for name in names if (path := folder / f"{name}.csv").exists()
    ]


def drawn(folder: Path, name: str) -> Path:
    """Return a folder with the town of this name, its plan and report, and the programs alone."""
    write_town(folder, TOWNS[name])
    call_command(
        "draw_zones",
        *files_of(folder),
        f"--out={folder / 'plan.csv'}",
        f"--report={folder / 'report.json'}",
        "--effort=1",
        *TOWNS[name].options,
        stdout=sys.__stdout__,
    )
    for program in PROGRAMS:
        shutil.copy(Path(verify.__file__).parent / program, folder)
    return folder


def run(
    folder: Path, program: str, *arguments: str, python: str = sys.executable
) -> subprocess.CompletedProcess[str]:
    """Run a program of the folder without our packages, and see that it does not fall over."""
    command = [python, "-I", "-S", "-X", "utf8", str(folder / program), *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.stderr == ""
    return done


def judge(folder: Path, *more: str, report: bool = True, **how: str) -> tuple[int, str]:
    told = [f"--report={folder / 'report.json'}"] if report else []
    done = run(folder, "verify.py", *files_of(folder), f"--plan={folder / 'plan.csv'}", *told, *more, **how)
    return done.returncode, done.stdout


def prove(folder: Path, **how: str) -> tuple[int, Told]:
    files = [file for file in files_of(folder) if not file.startswith("--in-force")]
    done = run(folder, "verify_bound.py", *files, f"--report={folder / 'report.json'}", **how)
    told: Told = json.loads(done.stdout)
    return done.returncode, told


def change(path: Path, how: Text) -> None:
    before = path.read_text(encoding="utf-8")
    after = how(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def replaced(old: str, new: str) -> Text:
    return lambda text: text.replace(old, new, 1)
