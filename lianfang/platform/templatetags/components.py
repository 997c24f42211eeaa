"""Components of the interface, available in every template. `docs/components.md` shows each with its snippet.

A component without a body is an inclusion tag, one with a body a block tag; each has one partial under
`templates/components/`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lianfang.platform.problems import Problem

register = template.Library()

TONES = frozenset({"neutral", "info", "good", "warn", "bad"})
STATUS_TONES = {
    "draft": "warn",
    "published": "good",
    "closed": "neutral",
    "waiting": "info",
    "running": "info",
    "done": "good",
    "failed": "bad",
    "cancelled": "neutral",
    "active": "good",
    "suspended": "warn",
    "left": "neutral",
    "success": "good",
    "warning": "warn",
    "error": "bad",
    "debug": "neutral",
}
CURSORS = ("after", "before")
SELECTS = frozenset({"select", "nullbooleanselect", "selectmultiple"})


def _tone(name: str) -> str:
    return name if name in TONES else STATUS_TONES.get(name, "neutral")


def _render(context: Context, name: str, **values: Any) -> SafeString:
    """A block tag's partial, with the outer context's request and escaping, and these values alone."""
    assert context.template is not None  # noqa: S101 - only rendering calls this
    partial = context.template.engine.get_template(f"components/{name}.html")
    return partial.render(context.new({"request": context.get("request"), **values}))


def _query(context: Context) -> QueryDict:
    request = context.get("request")
    return request.GET.copy() if request is not None else QueryDict(mutable=True)


def _address(query: QueryDict) -> str:
    return f"?{query.urlencode()}"


# Small marks


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of the symbols in `static/img/icons.svg`, hidden from screen readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def badge(text: Any, tone: str = "neutral") -> SafeString:
    """A short word in a tone; a status of rosters, jobs or members is a tone too."""
    return format_html('<span class="tag tag-{}">{}</span>', _tone(tone), text)


@register.simple_tag
def shift_badge(shift_type: Any) -> SafeString:
    """A shift type's code in its colour; name and hours in the tooltip."""
    return format_html(
        '<span class="shift shift-{}" title="{} {}">{}</span>',
        shift_type.colour,
        shift_type.name,
        shift_type.hours_text,
        shift_type.code,
    )


@register.inclusion_tag("components/progress.html")
def progress(percent: int, label: str = "") -> dict[str, Any]:
    return {"percent": percent, "label": label}


@register.inclusion_tag("components/notice.html")
def notice(text: str, tone: str = "info") -> dict[str, Any]:
    return {"body": text, "tone": _tone(tone)}


@register.simple_block_tag(takes_context=True)
def notice_block(context: Context, content: SafeString, tone: str = "info") -> SafeString:
    return _render(context, "notice", body=content, tone=_tone(tone))


# Frames of a page


@register.simple_block_tag(takes_context=True)
def page_header(
    context: Context, content: SafeString, title: str, subtitle: str = "", badge: str = "", tone: str = "neutral"
) -> SafeString:
    """The page's h1, a badge and a line beside it, and the actions (the body) at the right."""
    return _render(
        context,
        "page_header",
        title=title,
        subtitle=subtitle,
        badge_text=badge,
        tone=tone,
        actions=SafeString(content.strip()),
    )


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*parts: str) -> dict[str, Any]:
    """`label, url, label, url, …, label`: the way here; the last label is this page."""
    return {"crumbs": list(zip_longest(parts[::2], parts[1::2], fillvalue=""))}


@register.simple_block_tag(takes_context=True)
def panel(
    context: Context,
    content: SafeString,
    title: str = "",
    *,
    flush: bool = False,
    url: str = "",
    link: str = "",
    count: int | None = None,
) -> SafeString:
    """A white card. `flush` leaves out the padding, for tables and lists."""
    return _render(context, "panel", title=title, flush=flush, url=url, link=link, count=count, body=content)


@register.simple_block_tag(takes_context=True)
def stats(context: Context, content: SafeString) -> SafeString:
    return _render(context, "stats", body=content)


@register.inclusion_tag("components/stat.html")
def stat(label: str, value: Any, url: str = "", tone: str = "", hint: str = "") -> dict[str, Any]:
    """One number of the strip; `url` leads to the rows it was counted from."""
    return {"label": label, "value": value, "url": url, "tone": tone, "hint": hint}


@register.simple_block_tag(takes_context=True)
def facts(context: Context, content: SafeString) -> SafeString:
    return _render(context, "facts", body=content)


@register.inclusion_tag("components/fact.html")
def fact(label: str, value: Any = "") -> dict[str, Any]:
    return {"label": label, "value": "" if value is None else value}


@register.simple_block_tag(takes_context=True)
def fact_block(context: Context, content: SafeString, label: str) -> SafeString:
    return _render(context, "fact", label=label, value=SafeString(content.strip()))


@register.simple_block_tag(takes_context=True)
def tabs(context: Context, content: SafeString, label: str) -> SafeString:
    return _render(context, "tabs", label=label, body=content)


@register.inclusion_tag("components/tab.html", takes_context=True)
def tab(
    context: Context, label: str, url: str, count: int | None = None, *, active: bool | None = None
) -> dict[str, Any]:
    """A link among tabs; the current one is the page's own address unless `active` says otherwise."""
    request = context.get("request")
    here = request is not None and url.split("?", maxsplit=1)[0] == request.path
    return {"label": label, "url": url, "count": count, "active": here if active is None else active}


@register.simple_block_tag(takes_context=True)
def timeline(context: Context, content: SafeString) -> SafeString:
    return _render(context, "timeline", body=content)


@register.simple_block_tag(takes_context=True)
def event(context: Context, content: SafeString, at: dt.datetime, who: Any = "") -> SafeString:
    """An entry of a timeline: when, who, and what (the body)."""
    return _render(context, "event", at=at, who=who, body=content)


# Lists


@register.simple_block_tag(takes_context=True)
def data_table(context: Context, content: SafeString, label: str, *, stacked: bool = False) -> SafeString:
    """A table that scrolls sideways where it must; `label` is its caption for screen readers.

    `stacked`: on a phone each row is a block of its own, its cells beneath the row's head with their `data-label`.
    """
    return _render(context, "data_table", label=label, body=content, stacked=stacked)


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: Context, field: str, label: str, param: str = "sort", css: str = "") -> dict[str, Any]:
    """A column's head that sorts by `field`, and the other way when it already does."""
    query = _query(context)
    current = query.get(param, "")
    for name in CURSORS:
        query.pop(name, None)
    query[param] = f"-{field}" if current == field else field
    direction = {field: "ascending", f"-{field}": "descending"}.get(current, "")
    return {"label": label, "address": _address(query), "direction": direction, "css": css}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(
    context: Context, newer: str | None = None, older: str | None = None, shown: Any = None, total: Any = None
) -> dict[str, Any]:
    """Links to the part of the list before and after this one, by cursor; None hides a link."""

    def link(param: str, cursor: str | None) -> str:
        if not cursor:
            return ""
        query = _query(context)
        for name in CURSORS:
            query.pop(name, None)
        query[param] = cursor
        return _address(query)

    return {"newer": link("before", newer), "older": link("after", older), "shown": shown, "total": total}


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(context: Context, form: BaseForm, target: str = "results") -> dict[str, Any]:
    """A form of filters, sent by GET; with htmx it exchanges the element `target` while one types."""
    request = context.get("request")
    query = _query(context)
    return {
        "form": form,
        "target": target,
        "path": request.path if request is not None else "",
        "sort": query.get("sort", ""),
        "is_set": any(query.get(name) for name in query if name not in {*CURSORS, "sort"}),
    }


@register.inclusion_tag("components/empty_state.html")
def empty_state(title: str, hint: str = "", url: str = "", link: str = "", icon_name: str = "list") -> dict[str, Any]:
    """What stands where rows would: that there are none, and what to do next."""
    return {"title": title, "hint": hint, "url": url, "link": link, "icon_name": icon_name}


# Forms


def _widget_class(bound: BoundField) -> str:
    if bound.field.widget.use_fieldset:
        return ""  # several inputs in a box: the class would be the box's
    if bound.widget_type == "checkbox":
        return "form-check-input"
    return "form-select" if bound.widget_type in SELECTS else "form-control"


def _described_by(bound: BoundField) -> str:
    ids = []
    if bound.help_text:
        ids.append(f"{bound.auto_id}_help")
    if bound.errors:
        ids.append(f"{bound.auto_id}_errors")
    return " ".join(ids)


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, *, label_hidden: bool = False) -> dict[str, Any]:
    """One form field: label, widget, help and errors, tied together for screen readers."""
    own = bound.field.widget.attrs.get("class", "")
    classes = " ".join(filter(None, [own, _widget_class(bound), "is-invalid" if bound.errors else ""]))
    attrs: dict[str, str | bool] = {"class": classes} if classes else {}
    described = _described_by(bound)
    if described:
        attrs["aria-describedby"] = described
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "bound": bound,
        "widget": bound.as_widget(attrs=attrs),
        "label_hidden": label_hidden,
        "is_check": bound.widget_type == "checkbox",
        "is_group": bound.field.widget.use_fieldset,
    }


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """What is wrong with a form, each with a link to its field."""
    return {"form": form, "fields": [bound for bound in form if bound.errors]}


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: BaseForm, columns: int = 1) -> dict[str, Any]:
    return {"form": form, "columns": columns}


@register.simple_block_tag(takes_context=True)
def form_actions(context: Context, content: SafeString, label: str, cancel: str = "") -> SafeString:
    return _render(context, "form_actions", label=label, cancel=cancel, extra=content)


@register.inclusion_tag("components/problem_list.html")
def problem_list(problems: Iterable[Problem], form: BaseForm | None = None, tone: str = "bad") -> dict[str, Any]:
    """What a rule found: each problem in words, how to put it right, and the way to its field or row."""
    ids = {bound.name: bound.auto_id for bound in form} if form is not None else {}
    return {
        "problems": [(problem, ids.get(problem.field or "", "")) for problem in problems],
        "tone": _tone(tone),
    }


@register.simple_block_tag(takes_context=True)
def confirm(
    context: Context,
    content: SafeString,
    label: str,
    title: str,
    action: str,
    submit: str,
    tone: str = "primary",
    button: str = "",
) -> SafeString:
    """A button that asks first, then sends a POST to `action`; the body is the explanation and further fields."""
    return _render(
        context,
        "confirm",
        label=label,
        title=title,
        action=action,
        submit=submit,
        tone=tone,
        button=button or f"btn-{tone}",
        body=content,
        csrf_token=context.get("csrf_token"),
    )
