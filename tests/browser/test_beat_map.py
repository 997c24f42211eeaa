"""The map of beats in a real browser: drawn by mouse, a checkpoint picked, nothing fetched from outside."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.patrols.conftest import Station, station  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def click_at(page, x, y):
    box = page.locator("[data-beat-map]").bounding_box()
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.click(box["x"] + x, box["y"] + y)
    page.wait_for_timeout(120)  # the plugin takes two clicks in quick succession for a double click


def test_line_is_drawn_by_mouse_with_a_checkpoint_and_kept(station, leader, page_of, live_server):  # noqa: F811
    page = page_of(leader)
    foreign = []
    page.on("request", lambda request: request.url.startswith(live_server.url) or foreign.append(request.url))
    page.goto(reverse("beat-edit", args=[station.beat.pk]))
    page.evaluate("document.querySelector('[data-beat-map]').beatMap.setView([36.42, 118.02], 14)")
    page.locator("[data-map-draw]").click()
    page.locator("[data-beat-map]").scroll_into_view_if_needed()
    for x, y in ((200, 120), (420, 180), (600, 140)):
        click_at(page, x, y)
    page.locator("[data-map-finish]").click()
    assert len(page.locator("#id_geometry").input_value().splitlines()) == 3
    row = page.locator("[data-stop]").first
    row.locator("input[name$=-name]").fill("建行门口")
    row.locator("input[name$=-windows]").fill("22:00-02:00")
    row.locator("[data-stop-pick]").click()
    click_at(page, 420, 180)  # on a handle of the drawing
    expect(row.locator("input[name$=-longitude]")).not_to_have_value("")
    page.locator("form.stack button.btn-primary").click()
    page.wait_for_url("**/cover/**")
    station.beat.refresh_from_db()
    assert station.beat.geometry["type"] == "LineString"
    assert len(station.beat.geometry["coordinates"]) == 3
    assert station.beat.checkpoints.get().windows_text == "22:00-02:00"
    page.goto(reverse("beat-map"))
    expect(page.locator(".beat-name")).to_have_text(station.beat.name)
    assert not foreign
