"""Problems that a service found, put to the fields of a form."""

from __future__ import annotations

from django.forms import BaseForm

from lianfang.platform.problems import Refused


def show_problems(form: BaseForm, refused: Refused) -> None:
    """Each problem at its field, or at the top where the form has no such field."""
    for problem in refused.problems:
        text = f"{problem.message} {problem.hint}" if problem.hint else str(problem.message)
        form.add_error(problem.field if problem.field in form.fields else None, text)  # type: ignore[attr-defined]
