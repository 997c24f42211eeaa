"""What the file of a member and an application say about a person, once (handbook P8, P2)."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianfang.platform.fields import EncryptedTextField, lookup_hash
from lianfang.platform.names import name_keys


class Sex(models.TextChoices):
    MALE = "male", _("male")
    FEMALE = "female", _("female")


class PoliticalStatus(models.TextChoices):
    PARTY_MEMBER = "party_member", _("Party member")
    PROBATIONARY = "probationary", _("probationary Party member")
    LEAGUE_MEMBER = "league_member", _("League member")
    MASSES = "masses", _("no party")
    OTHER = "other", _("other party")


class Education(models.TextChoices):
    JUNIOR = "junior", _("junior secondary school")
    SENIOR = "senior", _("senior secondary school")
    VOCATIONAL = "vocational", _("secondary vocational school")
    COLLEGE = "college", _("junior college")
    BACHELOR = "bachelor", _("bachelor")
    POSTGRADUATE = "postgraduate", _("postgraduate")


class Person(models.Model):
    """A person by the ID number; names are kept with what sorts and finds them."""

    name = models.CharField(_("name"), max_length=40)
    # Pinyin sorts: a space between syllables. Letters and initials find. Compared by their bytes, as is the hash below:
    # in a language's order an index costs several times as much, and serves no prefix.
    name_pinyin = models.CharField(max_length=120, editable=False, default="", db_collation="C")
    name_letters = models.CharField(max_length=120, editable=False, default="", db_collation="C")
    name_initials = models.CharField(max_length=20, editable=False, default="", db_collation="C")
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices)
    id_number = EncryptedTextField(_("ID number"))
    id_number_hash = models.CharField(max_length=64, editable=False, db_collation="C")
    birth_date = models.DateField(_("birth date"))
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    political_status = models.CharField(
        _("political status"), max_length=13, choices=PoliticalStatus.choices, blank=True
    )
    education = models.CharField(_("education"), max_length=12, choices=Education.choices, blank=True)
    school = models.CharField(_("school"), max_length=60, blank=True)
    major = models.CharField(_("major"), max_length=60, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.derive()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def derive(self) -> None:
        """Fill what follows from other fields; `save` does so by itself."""
        for name, value in self.derived(name=self.name, id_number=self.id_number).items():
            setattr(self, name, value)

    @staticmethod
    def derived(*, name: str, id_number: str | None = None, **others: object) -> dict[str, str]:
        """What follows from a name, and from an ID number where there is one."""
        pinyin, initials = name_keys(name)
        keys = {"name_pinyin": pinyin, "name_letters": pinyin.replace(" ", ""), "name_initials": initials}
        return keys if id_number is None else keys | {"id_number_hash": lookup_hash(id_number)}

    @property
    def masked_id_number(self) -> str:
        """First 3 and last 2: more would give it away beside the birth date."""
        return f"{self.id_number[:3]}{'*' * (len(self.id_number) - 5)}{self.id_number[-2:]}"

    def age_on(self, day: dt.date) -> int:
        """Completed years of life."""
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    @property
    def masked_phone(self) -> str:
        return f"{self.phone[:3]}****{self.phone[-4:]}" if len(self.phone) >= 11 else self.phone and "****"
