"""How to go on after a file was checked: another coordinate system, a repair, what a header means, good rows only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from frontend.pages.officers.data.systems import system_in_words
from geo_data.models import Dataset, DatasetStatus, RowsKept

PLACE_CODES = frozenset({"crs_missing"})
SHIFTED, EXCHANGED = "shifted_like", "axes_swapped"
# Of such a file there is no sheet that could be painted.
UNREADABLE = frozenset(
    {
        *("file_unreadable", "file_of_another_kind", "file_too_heavy", "file_crashed_the_reader"),
        *("archive_bomb", "archive_path", "xml_entities", "shapefile_incomplete"),
    }
)
REPAIRABLE = frozenset({"polygon_invalid", "coverage_fault", "slivers", "neighbours_apart"})


@dataclass(frozen=True, slots=True)
class Step:
    """A button: to another page, or, with `fields`, a form that is sent."""

    label: str
    address: str
    fields: Sequence[tuple[str, str]] = ()
    is_second: bool = False
    is_danger: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """One way to go on, with its buttons."""

    title: str
    text: str
    steps: Sequence[Step]


def advices_for(dataset: Dataset) -> list[Advice]:
    """Return the ways to go on; none for a version that was decided about or whose file is gone."""
    waits = dataset.status in (DatasetStatus.PROPOSED, DatasetStatus.REFUSED)
    if not waits or dataset.upload is None or dataset.upload.deleted_at:
        return []
    ways = (_another_system, _repairs, _headers, _good_rows)
    found = [
        advice
        for way in ways
        for advice in way(dataset, reverse("data-file-again", args=[dataset.upload.pk]))
    ]
    if dataset.status == DatasetStatus.REFUSED:
        again = Step(
            _("Hand in the corrected file"), f"{reverse('bring-in')}?kind={dataset.kind}", is_second=True
        )
        text = (
            _("What is wrong with it stands below.")
            if UNREADABLE & dataset.finding_counts.keys()
            else _("Every mistake is listed below with its row, and marked red in the workbook.")
        )
        found.append(Advice(_("Put it right in the file"), text, [again]))
    return found


def likely_systems(dataset: Dataset) -> list[str]:
    """Return the systems that would put a layer that was stopped where it belongs."""
    return _systems_in(dataset, "likely")


def exchanging(dataset: Dataset, name: str) -> Sequence[tuple[str, str]]:
    """Return what a button sends that has the file read with its coordinates the other way round."""
    is_exchanged = bool(dataset.upload and dataset.upload.choices.get("swap_axes"))
    other_way = ("swap_axes", "no" if is_exchanged else "yes")
    is_as_declared = EXCHANGED in dataset.finding_counts
    return (other_way,) if is_as_declared else (other_way, ("crs", name))


def _systems_in(dataset: Dataset, role: str) -> list[str]:
    return [one["system"] for one in dataset.preview if one["role"] == role]


def _exchanged_steps(dataset: Dataset, again: str) -> Iterator[Step]:
    for place, name in enumerate(_systems_in(dataset, "swapped")):
        fields = exchanging(dataset, name)
        words = _("Check again with the two coordinates exchanged")
        if len(fields) > 1:
            words = _("Check again with the two coordinates exchanged, as: %(system)s") % {
                "system": system_in_words(name)
            }
        yield Step(words, again, fields, is_second=place > 0)


def _another_system(dataset: Dataset, again: str) -> Iterator[Advice]:
    if not dataset.preview and not PLACE_CODES & dataset.finding_counts.keys():
        return
    likely, steps = likely_systems(dataset), list(_exchanged_steps(dataset, again))
    is_exchange = bool(steps)
    steps += [
        Step(
            _("Check again as: %(system)s") % {"system": system_in_words(name)},
            again,
            (("crs", name),),
            is_second=place > 0 or is_exchange,
        )
        for place, name in enumerate(likely)
    ]
    if SHIFTED in dataset.finding_counts:
        words = _("The positions of the current version are wrong; take this file's …")
        steps.append(
            Step(words, reverse("data-file-terms", args=[dataset.upload_id]) + "?offset=1", is_second=True)
        )
    if dataset.preview:
        steps.append(
            Step(_("Look at it on the map"), reverse("version-place", args=[dataset.pk]), is_second=True)
        )
    steps.append(
        Step(_("Choose another system"), reverse("data-file-terms", args=[dataset.upload_id]), is_second=True)
    )
    text = (
        _(
            "As declared, the file lies where it cannot be."
            " It fits the district once its two coordinates are exchanged."
        )
        if is_exchange
        else _("As declared, the file lies where it cannot be. It fits the district in another system.")
        if likely
        else _("As declared, the file lies where it cannot be, or it does not say in which system it is.")
    )
    yield Advice(_("The coordinates do not fit"), text, steps)


def _repairs(dataset: Dataset, again: str) -> Iterator[Advice]:
    if not REPAIRABLE & dataset.finding_counts.keys():
        return
    look = Step(_("Look at possible repairs"), reverse("data-file-repairs", args=[dataset.upload_id]))
    text = _(
        "Some borders can be mended by the program. You see every change before you choose, and can go back."
    )
    yield Advice(_("Borders that can be repaired"), text, [look])


def _headers(dataset: Dataset, again: str) -> Iterator[Advice]:
    if "column_unknown" not in dataset.finding_counts:
        return
    look = Step(_("Say what the columns hold"), reverse("data-file-headers", args=[dataset.upload_id]))
    look = (
        look if "column_missing" in dataset.finding_counts else Step(look.label, look.address, is_second=True)
    )
    text = _("The file has headers that nobody knows. What you say is remembered for the next file.")
    yield Advice(_("Unknown headers"), text, [look])


def _good_rows(dataset: Dataset, again: str) -> Iterator[Advice]:
    if dataset.status != DatasetStatus.REFUSED or dataset.keep == RowsKept.GOOD_ROWS:
        return
    rows = dataset.finding_rows.filter(weight=0, row__gt=1).values("row").distinct().count()
    whole = dataset.finding_rows.filter(weight=0, row__lte=1).exists()
    if whole or not rows:
        return
    fields = (("keep", RowsKept.GOOD_ROWS.value),)
    step = Step(_("Bring in the good rows only"), again, fields, is_second=True)
    text = _("%(count)s rows with mistakes would be left out, the others proposed.") % {"count": rows}
    yield Advice(_("Leave the bad rows out"), text, [step])
