"""Files that a page hands out; nothing of them stays in a browser's cache."""

from django.http import HttpResponse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def xlsx_response(data: bytes, name: str) -> HttpResponse:
    """Return a spreadsheet to save under a name in plain letters."""
    return file_response(data, f"{name}.xlsx", XLSX)


def file_response(data: bytes, name: str, content_type: str) -> HttpResponse:
    """Return a file to save."""
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
