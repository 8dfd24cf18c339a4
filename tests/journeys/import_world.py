"""A county without data, its officer at the desk, and a worker that works when it is told to."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django_tasks_db.models import DBTaskResult
from playwright.sync_api import Browser, ViewportSize
from pytest_django.live_server_helper import LiveServer

from accounts.models import JobRun, JobStatus, User
from geo_data.models import Dataset, DatasetKind, Upload
from geo_data.services.districts import ensure_district
from geo_data.survey_tasks import TAKING, take_pack_task
from geo_data.tasks import (
    PAINTING,
    PREVIEWING,
    READING,
    make_workbook_task,
    preview_repairs_task,
    read_upload_task,
)
from tests.journeys.pages_world import DESK, Visit
from tests.services import dirty_files
from tests.services.accounts_world import DISTRICT, NOON, officer

TASKS: Mapping[str, Any] = {
    READING: read_upload_task,
    PREVIEWING: preview_repairs_task,
    PAINTING: make_workbook_task,
    TAKING: take_pack_task,
}


def county_without_data() -> User:
    """The district, and its officer."""
    ensure_district(actor=None, now=NOON, code=DISTRICT, name="巩义市", working_crs=dirty_files.EPSG)
    return officer()


def work() -> None:
    """Do what waits in the queue, as a worker would."""
    for job in JobRun.objects.filter(status=JobStatus.QUEUED).order_by("requested_at"):
        queued = DBTaskResult.objects.get(pk=job.task_id)
        TASKS[job.kind].call(**queued.args_kwargs["kwargs"])


class OfficerAtDesk:
    """An officer who brings files in, as one visit."""

    def __init__(
        self,
        browser: Browser,
        server: LiveServer,
        person: User,
        size: ViewportSize = DESK,
        *,
        scripts: bool = True,
    ) -> None:
        self.visit = Visit(browser, server.url, size, scripts=scripts, person=person)
        self.page = self.visit.page
        self.scripts = scripts

    def hand_in(self, path: Path, kind: DatasetKind, **said: str) -> Dataset:
        """Hand in a file through the form, let it be checked, and land on what came of it."""
        self.visit.go(f"/office/data/bring-in/?kind={kind.value}")
        self.page.set_input_files("[name=file]", path)
        self.page.fill("[name=source_office]", "自然资源局")
        self.page.fill("[name=vintage_on]", "2026-03-01")
        for name, value in said.items():
            self.page.select_option(f"[name={name}]", value)
        self.visit.press("main .actions .button")
        return self.checked()

    def checked(self) -> Dataset:
        """Wait beside the progress until the check is over, and return the version it led to."""
        upload = Upload.objects.order_by("-uploaded_at").first()
        assert upload is not None
        assert f"/office/data/files/{upload.pk}/" in self.page.url, self.visit.text()
        assert "正在检查文件" in self.visit.text()
        work()
        if self.scripts:
            self.page.wait_for_url(re.compile(r"/office/data/[0-9a-f-]{36}/$"))
        else:
            self.page.reload()
        self.page.wait_for_load_state()
        self.visit.fits()
        return Dataset.objects.get(pk=self.page.url.rstrip("/").rsplit("/", 1)[-1])

    def press(self, words: str) -> None:
        """Press the button or link that says this."""
        self.page.locator("main").locator(f".button:has-text('{words}')").first.click()
        self.page.wait_for_load_state()

    def decide(self) -> None:
        """Say yes on a page that asks first."""
        self.page.check("[name=confirmed]")
        self.visit.press("main form .button")
