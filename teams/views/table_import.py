"""The way of a table of set-up data: upload or paste, preview, write; one page for each kind of table.

The preview carries the rows itself, so nothing is kept on the server between the two steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from lianfang.platform.problems import Problem, Refused
from lianfang.platform.tables import (
    CHANGED_MEANWHILE,
    TableColumn,
    TablePlan,
    TableRow,
    carried,
    from_carried,
    read_rows,
    with_reasons,
)
from teams.forms.table_import import CarriedForm, TableForm
from teams.gate import SignedInRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # rows on the preview; the counts are of all
KINDS = ("bad", "new", "changed", "unchanged")


@dataclass(frozen=True)
class TableImport:
    """One kind of table: its words, its columns, what a table would do, and what writes it.

    `write` raises `Refused` and then has written nothing; it answers what the user sees next.
    """

    title: Any
    intro: Any
    submit: Any  # the button that writes
    nothing: Any  # said when every row is there already
    columns: Sequence[TableColumn]
    plan: Callable[[Sequence[TableRow]], TablePlan]
    write: Callable[[Sequence[TableRow], str], HttpResponse]
    template_url: str
    back: tuple[Any, str]  # label and address of the page above


def table_import_page(request: SignedInRequest, job: TableImport) -> HttpResponse:
    """GET: the form. POST: of a file or text its preview; of a preview its writing or the workbook with reasons."""
    if request.method == "POST" and "rows" in request.POST:
        return _from_preview(request, job)
    form = TableForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows = read_rows(job.columns, data=file.read() if file else b"", text=form.cleaned_data["text"])
        except Refused as refused:
            for problem in refused.problems:  # of the file or the text, whichever was given
                form.add_error("file" if file else "text", str(problem.message))
        else:
            return _preview(request, job, rows)
    status = 422 if form.errors else 200
    return render(request, "teams/imports/upload.html", {"form": form, "job": job}, status=status)


def _from_preview(request: SignedInRequest, job: TableImport) -> HttpResponse:
    form = CarriedForm(request.POST)
    try:
        rows = from_carried(form.cleaned_data["rows"], job.columns) if form.is_valid() else []
    except Refused:
        rows = []
    if not rows:  # no preview of ours sends that
        return redirect(request.get_full_path())
    if form.cleaned_data["do"] == "reasons":
        return xlsx(with_reasons(str(job.title), job.columns, rows, job.plan(rows).problems), f"{job.title}.xlsx")
    try:
        with transaction.atomic():
            return job.write(rows, form.cleaned_data["expected"])
    except Refused as refused:
        return _preview(request, job, rows, refused.problems)
    except IntegrityError:  # two who write the same names at the same moment
        return _preview(request, job, rows, [CHANGED_MEANWHILE])


def _preview(
    request: SignedInRequest, job: TableImport, rows: Sequence[TableRow], problems: Sequence[Problem] = ()
) -> HttpResponse:
    plan = job.plan(rows)
    parts = [(kind, found[:SHOWN], len(found)) for kind in KINDS if (found := plan.of_kind(kind))]
    context = {
        "job": job,
        "plan": plan,
        "parts": parts,
        "counts": plan.counts,
        "carried": carried(rows, job.columns),
        "problems": [problem for problem in problems if problem.row is None or not plan.problems],
    }
    return render(request, "teams/imports/preview.html", context, status=422 if problems else 200)


def xlsx(data: bytes, name: str) -> HttpResponse:
    """A workbook as a download; the name may be Chinese."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": disposition})
