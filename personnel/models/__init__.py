"""The people: members, their certificates, their time."""

from personnel.models.certificate import DutyCertificate
from personnel.models.imports import MemberImport
from personnel.models.member import (
    Education,
    IdNumberReading,
    Member,
    MemberStatus,
    PoliticalStatus,
    Sex,
    Source,
    StaffCategory,
)
from personnel.models.protection import Protection, ProtectionKind
from personnel.models.skill import MemberSkill, SkillKind
from personnel.models.time import Absence, AbsenceKind, Engagement, EngagementKind

__all__ = [
    "Absence",
    "AbsenceKind",
    "DutyCertificate",
    "Education",
    "Engagement",
    "EngagementKind",
    "IdNumberReading",
    "Member",
    "MemberImport",
    "MemberSkill",
    "MemberStatus",
    "PoliticalStatus",
    "Protection",
    "ProtectionKind",
    "Sex",
    "SkillKind",
    "Source",
    "StaffCategory",
]
