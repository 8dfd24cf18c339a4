"""What goes with the files of a plan: how anybody checks it again, in Chinese and English."""

from zoning.models import ZonePlan

FLAGS = {
    "units.csv": "units",
    "schools.csv": "schools",
    "adjacency.csv": "adjacency",
    "plan.csv": "plan",
    "rules.csv": "rules",
    "distances.csv": "distances",
    "crossings.csv": "crossings",
    "zones_in_force.csv": "in-force",
}
ABOUT = {
    "units.csv": ("单元：代表点（米）、儿童数", "units: point in metres, children"),
    "schools.csv": (
        "学校：所在单元、学位；group 相同的共用一个学区",
        "schools: unit, seats; those of one group share a zone",
    ),
    "adjacency.csv": ("相邻的单元，已按约束增减", "units that adjoin, under the rules of drawing"),
    "rules.csv": (
        "划片约束；现行学区中的飞地也列为 enclave",
        "rules of drawing, islands in force as enclaves",
    ),
    "plan.csv": (
        "方案：每个单元的学区，以该学区第一所学校为号",
        "the plan: the zone of every unit, by its first school",
    ),
    "distances.csv": (
        "步行米数：测算 {number}（{measure}），距离上限以外的略去",
        "walking metres of measure {number} ({measure}); ways beyond the cap are left out",
    ),
    "crossings.csv": (
        "步行途中穿越的主干道数；没有列出的一条也不穿越",
        "main roads crossed on the way; pairs that are left out cross none",
    ),
    "zones_in_force.csv": (
        "划片时的现行学区，变动由此计算",
        "the zones that were in force, which changes are counted against",
    ),
}
TEXT = """学区方案的重算文件 / How to check this zone plan again

任何人都可以用这些文件重新核对这个方案，只需要 Python 3.9 或更新版本，不需要联网，也不需要我们的软件。
With these files anybody can check the plan again. All it takes is Python 3.9 or newer: no network, and none of
our software. Keep the programs in one folder.

1. 方案是否守规则，报告的数字是否属实 / Does the plan keep every rule, and is every figure of its report right?

    {judging}

2. 下限与差距是否证得出来 / Do the published prices prove the bound and the gap?

    {proving}

退出码 / exit status: 0 属实 all is so, 1 不属实 it is not, 2 文件读不成 a file cannot be read.
{no_bound}
{files}
report.json  方案报告 / the report
"""
NO_BOUND = """
这个方案没有下限（不是由程序划出的，或者不合法），第二条命令会说明这一点并以 1 结束。
This plan has no bound (it was not drawn by the engine, or what may lie apart has changed since, or no plan is lawful):
the second command says so and ends with 1.
"""


def tables_of(plan: ZonePlan) -> tuple[str, ...]:
    """Return the names of the plan's tables: those of walks where it pins a measure that tells them, zones in force
    where they counted.
    """
    counts = {
        "distances.csv": plan.measure_id,
        "crossings.csv": plan.measure and plan.measure.counts_crossings,
        "zones_in_force.csv": plan.report.get("zones_in_force"),
    }
    return tuple(name for name in FLAGS if counts.get(name, True))


def commands(plan: ZonePlan) -> tuple[str, str]:
    """Return the two commands that check the plan in the folder of its files."""
    flags = {name: f"--{FLAGS[name]} {name}" for name in tables_of(plan)}
    of_bound = [flag for name, flag in flags.items() if name not in ("plan.csv", "zones_in_force.csv")]
    report = "--report report.json"
    return (
        " ".join(("python verify.py", *flags.values(), report)),
        " ".join(("python verify_bound.py", *of_bound, report)),
    )


def readme(plan: ZonePlan) -> str:
    """Return the text that goes with the plan's files."""
    judging, proving = commands(plan)
    basis = plan.report.get("basis", {})
    facts = {"number": basis.get("measure_number"), "measure": basis.get("measure")}
    return TEXT.format(
        judging=judging,
        proving=proving,
        no_bound=NO_BOUND if plan.report.get("lower_bound") is None else "",
        files="\n".join(f"{name}  {' / '.join(ABOUT[name]).format(**facts)}" for name in tables_of(plan)),
    )
