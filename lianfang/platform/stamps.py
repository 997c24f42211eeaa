"""Two people at one form: a stamp of the row as it was shown, so that the second to save is told.

The form carries `stamp_of(row)`; the service compares it under the row's lock with `stale`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from lianfang.platform.fields import lookup_hash
from lianfang.platform.problems import Problem

CODE = "changed_meanwhile"


def stamp_of(row: Model) -> str:
    """Equal as long as nothing in the row has changed; keyed, so it tells nothing of what it holds."""
    return lookup_hash(repr([getattr(row, f.attname) for f in row._meta.concrete_fields]))[:32]


def stale(row: Model, stamp: str, typed: Iterable[tuple[str, Any]] = ()) -> list[Problem]:
    """A problem where `row` is no longer what the form showed; an empty stamp asks for no check.

    `typed`: field names with the values about to be written; those that differ from the stored ones are named.
    """
    if not stamp or stamp == stamp_of(row):
        return []
    labels = [str(row._meta.get_field(n).verbose_name) for n, value in typed if getattr(row, n) != value]  # type: ignore[union-attr]
    message: Any = _("Somebody else changed this in the meantime.")
    hint = _("What you typed is still here; save again to keep it.")
    if labels:
        message = _("Somebody else changed this in the meantime. It differs from what you typed in: %(fields)s.")
        message %= {"fields": ", ".join(labels)}
    return [Problem(CODE, message, hint=hint)]


class StampedForm(forms.Form):
    """Mixin: call `set_stamp(row)` when the form is made and again after it was told that the row has changed."""

    stamp = forms.CharField(required=False, widget=forms.HiddenInput())

    def set_stamp(self, row: Model) -> None:
        """Carry the stamp of `row` as it is now, and keep everything that was typed."""
        self.initial["stamp"] = stamp_of(row)

    def renew_stamp(self, row: Model) -> None:
        """After the second editor was told: saving once more is meant."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("stamp")] = stamp_of(row)
        self.data = data
