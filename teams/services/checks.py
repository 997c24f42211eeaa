"""What every service of this app does before it writes."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from lianfang.platform.problems import Problem, Refused


def refuse(problems: list[Problem]) -> None:
    """Raise `Refused` if there is any problem."""
    if problems:
        raise Refused(problems)


def row_problems(row: models.Model, *, exclude: tuple[str, ...] = ()) -> list[Problem]:
    """What the model's own fields and constraints say about a row before it is saved."""
    try:
        row.full_clean(exclude=exclude)
    except ValidationError as error:
        return [
            Problem("invalid", message, None if field == "__all__" else field)
            for field, messages in error.message_dict.items()
            for message in messages
        ]
    return []
