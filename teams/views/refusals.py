"""What a service refused, shown in the form it came from."""

from __future__ import annotations

from django import forms

from lianfang.platform.problems import Refused


def add_problems(form: forms.BaseForm, refused: Refused) -> None:
    """Put each problem at its field, those of no field of the form at the top."""
    for problem in refused.problems:
        field = problem.field if problem.field in form.fields else None
        form.add_error(field, f"{problem.message} {problem.hint}".strip())
