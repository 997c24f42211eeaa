/* The panel beside the table: what stands in the focused cell and why it is wrong, the day's cover, who could come. */
(function () {
  "use strict";

  const grid = window.lianfang.grid;
  if (!grid) return;
  const state = grid.state;
  const text = grid.text;
  const panel = grid.panel;
  const element = grid.element;

  /* Redrawn after each save too: whoever stands on one of its buttons keeps standing there. */
  function drawPanel() {
    const at = Array.from(panel.querySelectorAll("a, button")).indexOf(document.activeElement);
    const box = panel.querySelector("[data-cell]");
    box.textContent = "";
    if (grid.focused.member) drawMember(box, grid.focused);
    else drawNeed(box, grid.focused);
    const day = panel.querySelector("[data-day]");
    day.textContent = "";
    drawDay(day, grid.focused.day);
    const again = at >= 0 && panel.querySelectorAll("a, button")[at];
    if (again) again.focus();
  }

  function drawMember(box, cell) {
    const now = grid.shown(cell);
    const shift = grid.shiftNamed(now.shift);
    box.appendChild(element("h2", "", state.names[cell.member] + " · " + state.days[cell.day]));
    const place = now.beat ? state.beats[now.beat] : text.noBeat;
    const facts = shift ? [shift.name, shift.hours, place] : [cell.awayLabel || text.free];
    box.appendChild(element("p", "muted", facts.join(" · ")));
    const wish = grid.wishOf(cell);
    if (wish) box.appendChild(element("p", "wish-text", wish));
    if (state.editable) box.appendChild(palette());
    if (cell.error) box.appendChild(element("p", "reason reason-warn", cell.error));
    if (state.compared && grid.publishedMark(cell) !== cell.mark) {
      box.appendChild(element("p", "muted", publishedText(cell)));
    }
    drawReasons(box, cell);
  }

  function drawReasons(box, cell) {
    grid.findingsOf(cell).forEach(function (finding) { box.appendChild(element("p", "reason", finding.text)); });
  }

  function publishedText(cell) {
    const parts = grid.publishedMark(cell).split(".");
    const shift = grid.shiftById[parts[0]];
    const words = shift ? shift.code + " " + (state.beats[parts[1]] || "") : text.free;
    return grid.fill(text.version, { n: state.compared.number, cell: words });
  }

  function drawNeed(box, cell) {
    const shift = grid.shiftById[cell.shift];
    box.appendChild(element("h2", "", state.days[cell.day] + " " + shift.code + " · " + state.beats[cell.beat]));
    const need = grid.needsOn(cell.day).find(function (item) {
      return String(item.beat) === cell.beat && String(item.shift) === cell.shift;
    });
    const words = need ? grid.fill(text.needs, { minimum: need.minimum, have: need.have }) : text.noNeed;
    box.appendChild(element("p", "muted", words));
    if (need && need.lacks) {
      box.appendChild(element("p", "reason reason-warn", grid.fill(text.lacks, { n: need.lacks })));
    }
    if (need && need.led) {
      const lead = need.lead ? grid.fill(text.lead, { name: need.lead }) : text.noLead;
      box.appendChild(element("p", need.lead ? "muted" : "reason reason-warn", lead));
    }
    drawReasons(box, cell);
  }

  function palette() {
    const bar = element("div", "palette");
    grid.active.forEach(function (shift) {
      const button = element("button", "shift shift-" + shift.colour, shift.code);
      button.type = "button";
      button.title = shift.name + " " + shift.hours + " (" + shift.key + ")";
      button.addEventListener("click", function () {
        grid.setShift(grid.selected, shift.code);
        grid.focusCell(grid.focused, true);
      });
      bar.appendChild(button);
    });
    const more = element("button", "btn btn-quiet btn-sm", text.more);
    more.type = "button";
    more.addEventListener("click", function () { grid.openCell(grid.focused); });
    bar.appendChild(more);
    return bar;
  }

  function drawDay(box, day) {
    if (state.remarks[day]) box.appendChild(element("p", "panel-remark", state.remarks[day]));
    if (state.remarkable) {
      const link = element("a", "btn btn-link btn-sm", text.remark);
      link.href = grid.root.dataset.remarkUrl.replace("2000-01-01", day);
      box.appendChild(link);
    }
    const needs = grid.needsOn(day);
    if (!needs.length) return;
    box.appendChild(element("h3", "", grid.fill(text.coverOf, { day: state.days[day] })));
    const list = element("ul", "day-cover");
    needs.forEach(function (need) { list.appendChild(needItem(need, day)); });
    box.appendChild(list);
  }

  function needItem(need, day) {
    const item = element("li");
    const shift = grid.shiftById[need.shift];
    item.appendChild(element("span", "shift shift-" + shift.colour, shift.code));
    item.appendChild(element("span", "day-cover-beat", state.beats[need.beat]));
    const button = element("button", "day-cover-count need-" + need.tone, need.have + "/" + need.minimum);
    button.type = "button";
    button.title = text.who;
    button.disabled = !state.editable;
    button.addEventListener("click", function () { showCandidates(need.beat, need.shift, day); });
    item.appendChild(button);
    return item;
  }

  function showCandidates(beat, shift, day) {
    const place = panel.querySelector("[data-candidates]");
    const address = grid.root.dataset.needUrl.replace("/0/0/2000-01-01/", "/" + beat + "/" + shift + "/" + day + "/");
    if (!state.editable) return;
    place.textContent = text.looking;
    fetch(address, { credentials: "same-origin", headers: { "X-Requested-With": "grid" } }).then(function (response) {
      if (!response.ok || response.redirected) throw new Error("answer");
      return response.text();
    }).then(function (html) {
      place.innerHTML = html; // our own server's escaped template
      const first = place.querySelector("button");
      if (first && document.activeElement === grid.focused.link) first.focus();
      place.querySelectorAll("form[data-assign]").forEach(function (form) { onAssign(form, beat, shift, day); });
    }).catch(function () { place.textContent = text.noAnswer; });
  }

  function onAssign(form, beat, shift, day) {
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      const cell = grid.cellAt[form.dataset.member + "|" + day];
      grid.setShift([cell], grid.shiftById[shift].code, Number(beat));
      grid.focusCell(cell);
    });
  }

  panel.addEventListener("keydown", function (event) {
    if (event.key === "Escape") grid.focusCell(grid.focused, true);
  });

  Object.assign(grid, { drawPanel: drawPanel, showCandidates: showCandidates });
}());
