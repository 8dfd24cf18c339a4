"""The files with which anybody checks published zones again."""

from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.limits import limit_lookups
from accounts.permissions import may_read_district
from zoning.permissions import plan_for_files
from zoning.selectors.plan_files import plan_files, public_plan_files, zipped


@require_safe
def files(request: HttpRequest, plan_id: UUID) -> FileResponse:
    """Hand out tables, report and programs of a plan as a zip: to officers of every plan, with reasons."""
    limit_lookups(request, timezone.now())
    plan = plan_for_files(
        request.user,
        plan_id,
        map_review_number=settings.MAP_REVIEW_NUMBER,
        are_public=settings.PLAN_FILES_PUBLIC,
    )
    is_reader = may_read_district(request.user, plan.district_id)
    archive = zipped(plan_files(plan) if is_reader else public_plan_files(plan))
    name = f"zones-{plan.district_id}-{plan.stage}-{plan.number}.zip"
    return FileResponse(archive, as_attachment=True, filename=name, content_type="application/zip")
