"""manage.py demo: a generated county goes through the main job once, and is left open to look at."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Role, User
from accounts.selectors.people import find_staff
from accounts.services.people import create_staff
from admissions.models import AdmissionRound, RoundStatus
from admissions.selectors.chances import has_chances
from admissions.selectors.policies import find_published_policy
from admissions.selectors.rounds import find_round
from frontend.management.demo_guide import guide
from frontend.management.demo_policy import open_policy, past_policy, past_year, published_at
from frontend.management.demo_surveys import hand_out_sheets
from geo_data.models import Stage
from geo_data.selectors.projections import find_latest_projection
from zoning.selectors.publications import find_publication

DISTRICT = "990101"
SEED = 1
EFFORT = 20
CROSSING_M = 60
STAFF = {
    "officer": Role.DISTRICT_OFFICER,
    "officer2": Role.DISTRICT_OFFICER,
    "writer": Role.DISTRICT_OFFICER,  # whoever writes a policy cannot approve it
    "auditor": Role.AUDITOR,
    "admin": Role.ADMINISTRATOR,
}
PASSWORD = "jiujin-demo-2026"
PAPERS = {  # invented numbers of the papers that approve the invented county's policy
    "risk_assessment": "样例县教育局风险评估报告（{year}）1 号",
    "legality_review": "样例县司法局合法性审查意见（{year}）1 号",
    "minutes": "样例县教育局局长办公会议纪要（{year}）3 号",
    "document_number": "样教发〔{year}〕12 号",
    "filing": "样例市教育局备案回执（{year}）7 号",
}
VALUES = ("彩票开奖号码=05 12 17 23 28 31 + 09", "现场抽取号码=48 15 16 23")


class Command(BaseCommand):
    """Does what is not done yet: run again it finds the county and only says where to look."""

    help = "Load a generated sample county and run the main job on it"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--applicants", type=int, default=5000, help="applicants a year (5000)")
        parser.add_argument("--folder", type=Path, help="where the import files go (var/demo)")

    def handle(self, *args: object, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("this loads invented people: set JIUJIN_DEMO=yes on a machine made for it")
        folder = Path(str(options["folder"] or settings.DEMO_FOLDER))
        folder.mkdir(parents=True, exist_ok=True)
        now = timezone.localtime()
        with self._step("1/7 人员 Staff"):
            self._staff()
        with self._step("2/7 样例县数据 County data"):
            self._county(folder, int(str(options["applicants"])))
        with self._step("3/7 入户调查表 Sheets from door to door"):
            self._surveys(now)
        with self._step("4/7 生源预测和划片 Projection and zones"):
            self._projections()
            self._zones(folder, past_year(now))
        with self._step(f"5/7 {past_year(now)} 年招生 Round of {past_year(now)}"):
            self._past_round(folder, now)
        with self._step("6/7 公开核验 Public check"):
            self._verify(folder, past_year(now))
        with self._step(f"7/7 {past_year(now) + 1} 年报名 Applications for {past_year(now) + 1}"):
            self._open_round(folder, now)
        self.stdout.write(guide(DISTRICT, tuple(STAFF), PASSWORD, past_year(now) + 1))

    @contextmanager
    def _step(self, title: str) -> Iterator[None]:
        self.stdout.write(self.style.MIGRATE_HEADING(title))
        began = time.monotonic()
        yield
        self.stdout.write(f"  {time.monotonic() - began:.1f} s")

    def _staff(self) -> None:
        for username, role in STAFF.items():
            if User.objects.filter(username=username).exists():
                continue
            create_staff(
                actor=None,
                now=timezone.now(),
                username=username,
                password=PASSWORD,
                role=role,
                district_code="" if role == Role.ADMINISTRATOR else DISTRICT,
                display_name=username,
            )

    def _run(self, command: str, *arguments: object, **options: object) -> None:
        """Run a command as a person would type it."""
        typed = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        call_command(command, *map(str, arguments), *typed, stdout=self.stdout)

    def _county(self, folder: Path, applicants: int) -> None:
        made = {"seed": SEED, "applicants": applicants, "district": DISTRICT}
        self._run("make_sample_county", "--lists", **made)
        self._run("make_sample_county", **made, files=folder)
        self._run("compute_walks", district=DISTRICT, penalty=CROSSING_M)

    def _surveys(self, now: datetime) -> None:
        officer = find_staff("officer")
        if officer is None:
            raise CommandError("there is no officer to hand out sheets")
        year = past_year(now) + 1
        count = hand_out_sheets(officer=officer, now=now, district_code=DISTRICT, year=year)
        self.stdout.write(
            f"  {count} sheets of {year} handed out" if count else f"  sheets of {year} are out"
        )

    def _projections(self) -> None:
        for stage in Stage:
            if find_latest_projection(DISTRICT, stage) is None:
                self._run("project_district", district=DISTRICT, stage=stage.value)

    def _zones(self, folder: Path, year: int) -> None:
        last, this = f"{year - 1}-03-01", f"{year}-03-01"
        for stage in ("primary", "junior"):
            if find_publication(DISTRICT, Stage(stage), date.fromisoformat(this)):
                continue
            named = {"district": DISTRICT, "stage": stage}
            past = folder / f"zones_last_year_{stage}.csv"
            self._run("import_zones", past, "--from", last, "--until", this, **named, name=year - 1)
            self._run("draw_zones", **named, entry_year=year, demand="reconciled", effort=EFFORT, seed=SEED)
            self._run("publish_zones", "--from", this, **named)

    def _past_round(self, folder: Path, now: datetime) -> None:
        year = past_year(now)
        found = self._opened(folder, past_policy(DISTRICT, year, now), year)
        named = {"district": DISTRICT, "stage": "primary", "year": year}
        if found.status == RoundStatus.OPEN and not found.applications.exists():
            self._run("make_sample_applications", **named, seed=SEED, at=_noon(now, year, 6, 16))
        if found.status != RoundStatus.PUBLISHED:
            values = [part for value in VALUES for part in ("--public-value", value)]
            officers = ["--officer=officer", "--officer=officer2"]
            self._run("run_round", "--accept-rest", *values, *officers, **named, at=_noon(now, year, 7, 12))
        if not has_chances(found):
            self._run("admission_chances", "--publish", **named)

    def _verify(self, folder: Path, year: int) -> None:
        out = folder / f"bundle_primary_{year}.zip"
        self._run("verify_round", district=DISTRICT, stage="primary", year=year, out=out)

    def _open_round(self, folder: Path, now: datetime) -> None:
        year = past_year(now) + 1
        self._opened(folder, open_policy(DISTRICT, year, now), year)

    def _opened(self, folder: Path, policy: str, year: int) -> AdmissionRound:
        found = find_round(DISTRICT, "primary", year)
        if found is None:
            self._published(folder / f"policy_primary_{year}.yaml", policy, year)
            self._run("open_round", district=DISTRICT, stage="primary", year=year)
            found = find_round(DISTRICT, "primary", year)
        if found is None:
            raise CommandError(f"the round of {year} was not opened")
        return found

    def _published(self, path: Path, policy: str, year: int) -> None:
        """Let the invented officers approve the policy, dated to the day that its calendar names."""
        if find_published_policy(DISTRICT, "primary", year) is not None:
            return
        path.write_text(policy, encoding="utf-8")
        steps = [
            part for step, paper in PAPERS.items() for part in ("--step", f"{step}={paper.format(year=year)}")
        ]
        people = ["--writer=writer", "--approver=officer", "--approver=officer2"]
        self._run("approve_policy", *steps, *people, district=DISTRICT, policy=path, at=published_at(policy))


def _noon(now: datetime, year: int, month: int, day: int) -> str:
    """Return noon of a day in the bureau's time zone, as the commands read it."""
    return datetime(year, month, day, 12, tzinfo=now.tzinfo).isoformat()
