"""Recruitment: campaigns, applications, results, rankings, notices (handbook P1–P7)."""

from personnel.models.recruitment.application import (
    Application,
    ApplicationDocument,
    ApplicationState,
    Channel,
    ContentType,
    DisqualifierCheck,
    DisqualifierKind,
    DocumentKind,
    Kinship,
    KinshipSide,
    Vetting,
)
from personnel.models.recruitment.campaign import (
    BonusRule,
    Campaign,
    CampaignStatus,
    Panel,
    Priority,
    PriorityGroup,
    Step,
    StepKind,
    Vacancy,
)
from personnel.models.recruitment.fitness import FitnessItem, FitnessStandard
from personnel.models.recruitment.notice import Hire, Notice, NoticeEntry, Objection
from personnel.models.recruitment.panel import AssessorRelative, PanelMark, PanelSeat
from personnel.models.recruitment.results import (
    FitnessValue,
    Outcome,
    Ranking,
    RankingRow,
    ScoreCorrection,
    StepResult,
)
from personnel.models.recruitment.upload import RecruitmentUpload

__all__ = [
    "Application",
    "ApplicationDocument",
    "ApplicationState",
    "AssessorRelative",
    "BonusRule",
    "Campaign",
    "CampaignStatus",
    "Channel",
    "ContentType",
    "DisqualifierCheck",
    "DisqualifierKind",
    "DocumentKind",
    "FitnessItem",
    "FitnessStandard",
    "FitnessValue",
    "Hire",
    "Kinship",
    "KinshipSide",
    "Notice",
    "NoticeEntry",
    "Objection",
    "Outcome",
    "Panel",
    "PanelMark",
    "PanelSeat",
    "Priority",
    "PriorityGroup",
    "Ranking",
    "RankingRow",
    "RecruitmentUpload",
    "ScoreCorrection",
    "Step",
    "StepKind",
    "StepResult",
    "Vacancy",
    "Vetting",
]
