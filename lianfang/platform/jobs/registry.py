"""The kinds of work by name, and the scope that they run in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from lianfang.platform.models import Job

Body = Callable[..., dict[str, Any] | None]
Scope = Callable[..., AbstractContextManager[None]]
Cleaner = Callable[[dt.datetime], object]


@dataclass(frozen=True)
class Work:
    """One kind of work. `body` takes a `Run` and the job's arguments and returns facts without personal data.

    `link`: where its result is to be seen. `errors`: a sentence for each code that it may fail with. `show`: its
    facts as labels, texts and tones ("", good, bad). `keeps_best`: it heeds `Run.enough()`. `part`: a template below
    its figures, which gets `rows(job)` as `rows`.
    """

    name: str
    body: Body
    title: Any = ""
    link: Callable[[Job], str] | None = None
    errors: Mapping[str, Any] = field(default_factory=dict)
    show: Callable[[Mapping[str, Any]], list[tuple[Any, Any, str]]] = lambda facts: []
    keeps_best: bool = False
    part: str = ""
    rows: Callable[[Job], Any] = lambda job: ()


_works: dict[str, Work] = {}
_scopes: list[Scope] = []
_cleaners: list[Cleaner] = []


def work(name: str, **words: Any) -> Callable[[Body], Body]:
    """Register the decorated function as the work `name`; `words` are the other fields of `Work`."""

    def register(body: Body) -> Body:
        _works[name] = Work(name, body, **words)
        return body

    return register


def run_as(scope: Scope) -> Scope:
    """Register `scope(owner, **details)` as what every job runs in: it must show the owner's rows and no others."""
    _scopes[:] = [scope]
    return scope


def cleaner(clean: Cleaner) -> Cleaner:
    """Register `clean(now)`, which forgets what has had its time; workers call it every hour, in no scope."""
    if clean not in _cleaners:
        _cleaners.append(clean)
    return clean


def cleaners() -> list[Cleaner]:
    """Everything that was registered to be called every hour."""
    _discover()
    return list(_cleaners)


def work_of(name: str) -> Work | None:
    """The work of a job's kind; None where the program does not know it any more."""
    _discover()
    return _works.get(name)


def scope_for(owner: object, **details: str) -> AbstractContextManager[None]:
    """The scope of a job's owner. Raises LookupError where none is registered: nothing runs without one."""
    _discover()
    if not _scopes:
        raise LookupError("no app has registered a scope for jobs")
    return _scopes[0](owner, **details)


@cache
def _discover() -> None:
    autodiscover_modules("jobs")
