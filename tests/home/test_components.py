"""The components: what each writes, seen as a page writer uses it."""

from django import forms
from django.template import engines
from django.test import RequestFactory

from lianfang.platform.problems import Problem
from tests.html import inline_parts


class ThingForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the card")
    colour = forms.ChoiceField(label="Colour", choices=[("red", "Red")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Agreed", required=False)
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)


def render(source: str, path: str = "/things/?q=a&sort=name&after=xx", **context: object) -> str:
    request = RequestFactory().get(path)
    template = engines["django"].from_string("{% load i18n %}" + source)
    return template.render({"navigation": None, **context}, request=request)


def test_sort_header_turns_the_order_and_drops_cursors() -> None:
    page = render('{% sort_header "name" "Name" %}')
    assert 'aria-sort="ascending"' in page
    assert 'href="?q=a&amp;sort=-name"' in page


def test_sort_header_of_another_column_has_no_order() -> None:
    page = render('{% sort_header "age" "Age" %}')
    assert "aria-sort" not in page
    assert "sort=age" in page


def test_pagination_keeps_filters_and_replaces_cursors() -> None:
    page = render('{% pagination newer="n1" older="o1" shown=20 total=45 %}')
    assert 'href="?q=a&amp;sort=name&amp;before=n1"' in page
    assert 'href="?q=a&amp;sort=name&amp;after=o1"' in page


def test_field_ties_help_and_errors_to_the_widget() -> None:
    page = render("{% form_fields form %}", form=ThingForm({"name": "", "colour": "blue"}))
    assert 'aria-describedby="id_name_help id_name_errors"' in page
    assert 'aria-invalid="true"' in page
    assert 'id="id_name_errors"' in page
    assert '<a href="#id_name">' in page
    assert page.count('name="hidden"') == 1


def test_field_keeps_what_was_typed() -> None:
    page = render("{% field form.name %}", form=ThingForm({"name": "<张三>"}))
    assert 'value="&lt;张三&gt;"' in page


def test_problem_list_links_to_the_field_and_escapes() -> None:
    problems = [Problem("x", "Too <short>", field="name", hint="Write more", row=7)]
    page = render("{% problem_list problems form=form %}", problems=problems, form=ThingForm())
    assert '<a href="#id_name">Too &lt;short&gt;</a>' in page
    assert "Write more" in page
    assert "7" in page


def test_problem_list_of_nothing_is_nothing() -> None:
    assert render("{% problem_list problems %}", problems=[]).strip() == ""


def test_badge_takes_a_status_for_a_tone() -> None:
    assert 'class="tag tag-good"' in render('{% badge "ok" "published" %}')
    assert 'class="tag tag-neutral"' in render('{% badge "ok" "whatever" %}')


def test_confirm_sends_a_post_with_a_token() -> None:
    page = render('{% confirm "Publish…" title="Sure?" action="/do/" submit="Publish" %}<p>why</p>{% endconfirm %}')
    assert 'method="post" action="/do/"' in page
    assert "csrfmiddlewaretoken" in page
    assert "<p>why</p>" in page


def test_every_component_is_clean_of_inline_parts() -> None:
    source = """
      {% page_header "T" subtitle="s" badge="draft" tone="draft" %}<b>{% icon "plus" %}</b>{% endpage_header %}
      {% breadcrumbs "A" "/a/" "B" %}{% stats %}{% stat "L" 3 url="/x/" tone="bad" hint="h" %}{% endstats %}
      {% panel "P" url="/p/" link="all" count=0 %}{% notice "n" "warn" %}{% endpanel %}
      {% notice_block "bad" %}b{% endnotice_block %}
      {% data_table "D" %}<thead><tr>{% sort_header "n" "N" %}</tr></thead>{% enddata_table %}
      {% empty_state "None" hint="h" url="/x/" link="do" %}{% filter_bar form %}{% form_fields form columns=2 %}
      {% form_actions "Save" cancel="/b/" %}{% endform_actions %}
      {% confirm "C" title="t" action="/d/" submit="s" tone="danger" %}{% endconfirm %}
      {% facts %}{% fact "F" "" %}{% fact_block "G" %}<b>g</b>{% endfact_block %}{% endfacts %}
      {% tabs "T" %}{% tab "One" "/things/" %}{% tab "Two" "/two/" count=3 %}{% endtabs %}
      {% timeline %}{% event at "me" %}did{% endevent %}{% endtimeline %}{% progress 40 "p" %}
    """
    page = render(source, form=ThingForm(), at=None)
    assert inline_parts(page) == []
    assert '<a href="/things/" aria-current="page">' in page
    assert "<b>g</b>" in page
