"""Units and accounts from workbooks, for whoever sets the system up."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.platform.tables import TableRow
from teams.gate import SignedInRequest, gate
from teams.policy import Action
from teams.services import account_workbook, unit_workbook
from teams.views.table_import import TableImport, table_import_page, xlsx


@require_http_methods(["GET", "POST"])
@gate(Action.UNIT_MANAGE)
def unit_import(request: SignedInRequest) -> HttpResponse:
    """The unit tree from a workbook: new units, new names, new places."""

    def write(rows: Sequence[TableRow], expected: str) -> HttpResponse:
        plan = unit_workbook.import_units(by=request.user, rows=rows, expected=expected)
        messages.success(request, _("Units: %(new)d new, %(changed)d changed.") % plan.counts)
        return redirect("unit-list")

    job = TableImport(
        title=_("Units from a workbook"),
        intro=_("A row for each unit with the one above it. Units that are there already stand in the template."),
        submit=_("Write the units"),
        nothing=_("Every unit of this table is there already, with the same data."),
        columns=unit_workbook.COLUMNS,
        plan=unit_workbook.plan_units,
        write=write,
        template_url=reverse("unit-template"),
        back=(_("Units"), reverse("unit-list")),
    )
    return table_import_page(request, job)


@require_GET
@gate(Action.UNIT_MANAGE)
def unit_template(request: SignedInRequest) -> HttpResponse:
    return xlsx(unit_workbook.units_template(), _("Units") + ".xlsx")


@never_cache
@require_http_methods(["GET", "POST"])
@gate(Action.ACCOUNT_MANAGE)
def account_import(request: SignedInRequest) -> HttpResponse:
    """Accounts and posts from a workbook; the first passwords stand in the answer alone."""

    def write(rows: Sequence[TableRow], expected: str) -> HttpResponse:
        slips = account_workbook.import_accounts(by=request.user, rows=rows, expected=expected)
        if not slips:
            messages.success(request, _("The posts are given."))
            return redirect("home")
        address = request.build_absolute_uri(reverse("sign-in"))
        return render(request, "teams/setup/slips.html", {"slips": slips, "address": address})

    job = TableImport(
        title=_("Accounts from a workbook"),
        intro=_("A row for each person and post. The slips with the first passwords are shown once, to be printed."),
        submit=_("Make the accounts"),
        nothing=_("Everybody in this table has an account with this post already."),
        columns=account_workbook.COLUMNS,
        plan=lambda rows: account_workbook.plan_accounts(rows, by=request.user),
        write=write,
        template_url=reverse("account-template"),
        back=(_("Set-up"), reverse("home")),
    )
    return table_import_page(request, job)


@require_GET
@gate(Action.ACCOUNT_MANAGE)
def account_template(request: SignedInRequest) -> HttpResponse:
    return xlsx(account_workbook.accounts_template(), _("Accounts") + ".xlsx")
