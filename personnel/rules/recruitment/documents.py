"""How long candidates may send papers of their own (handbook P2)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from personnel.models import Application, ApplicationState, DocumentKind, StepKind

PUBLIC_KINDS = (
    DocumentKind.ID_CARD,
    DocumentKind.DIPLOMA,
    DocumentKind.PRIORITY,
    DocumentKind.PHOTO,
    DocumentKind.OTHER,
)


def own_documents_problems(application: Application) -> list[Problem]:
    """Whether the candidate may still add or take back papers: until the eligibility check is decided."""
    campaign = application.campaign
    check = campaign.steps.filter(kind=StepKind.ELIGIBILITY).order_by("position").first()
    is_early = check is not None and application.step.position <= check.position
    if campaign.is_open and application.state == ApplicationState.ACTIVE and is_early:
        return []
    return [Problem("documents_closed", _("The papers have been looked at: they stay as they are."))]
