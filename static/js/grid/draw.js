/* How things look: a cell, and what the server says about limits, totals and cover. */
(function () {
  "use strict";

  const grid = window.lianfang.grid;
  if (!grid) return;
  const state = grid.state;
  const table = grid.table;

  function draw(cell) {
    const now = grid.shown(cell);
    const shift = grid.shiftNamed(now.shift);
    cell.link.className = shift ? "shift shift-" + shift.colour : cell.away ? "away-mark" : "free-mark";
    cell.link.textContent = shift ? shift.code : cell.away || "·";
    cell.link.title = tip(cell);
    cell.td.classList.toggle("fixed", Boolean(shift) && now.fixed !== false);
    cell.td.classList.toggle("waiting", Boolean(cell.wish));
    cell.td.classList.toggle("failed", Boolean(cell.error));
    cell.td.classList.toggle("changed", state.compared !== null && publishedMark(cell) !== cell.mark);
  }

  /* What the pointer is told: the name (the column may be too narrow for it), what stands there, what is wrong with it. */
  function tip(cell) {
    const now = grid.shown(cell);
    const shift = grid.shiftNamed(now.shift);
    const beat = now.beat ? " " + (state.beats[now.beat] || "") : "";
    const facts = shift ? shift.name + " " + shift.hours + beat : cell.awayLabel;
    const reasons = findingsOf(cell).map(function (finding) { return finding.text; });
    const wish = wishOf(cell);
    return [grid.describe(cell) + (facts ? "：" + facts : "")].concat(wish || [], cell.error || [], reasons).join("\n");
  }

  function wishOf(cell) {
    const wish = state.wishes[cell.member + "|" + cell.day];
    return wish ? grid.fill(grid.text.wish, { wish: wish }) : "";
  }

  function publishedMark(cell) {
    return state.compared.marks[cell.member + "|" + cell.day] || "";
  }

  function takeFacts(reply) {
    state.findings = state.findings
      .filter(function (finding) {
        return finding.member === null ? !(finding.spot in reply.cover) : !(finding.member in reply.totals);
      })
      .concat(reply.findings);
    Object.assign(state.totals, reply.totals);
    Object.assign(state.cover, reply.cover);
    Object.keys(reply.totals).forEach(drawTotals);
    Object.keys(reply.cover).forEach(drawCover);
    drawFindings();
    drawStrip();
  }

  function drawFindings() {
    table.querySelectorAll("td.broken").forEach(function (td) {
      td.classList.remove("broken");
      if (td.gridCell.member) td.gridCell.link.title = tip(td.gridCell);
    });
    state.findings.forEach(function (finding) {
      spotsOf(finding).filter(Boolean).forEach(function (cell) {
        cell.td.classList.add("broken");
        cell.link.title = cell.member ? tip(cell) : finding.text;
      });
    });
  }

  /* Its cells: one, or those of a crew. */
  function spotsOf(finding) {
    return finding.crew.length
      ? finding.crew.map(function (member) { return grid.cellAt[member + "|" + finding.spot]; })
      : [spotOf(finding)];
  }

  /* Its cell: a person's, or for what several people break together the one of their need or of the first of them. */
  function spotOf(finding) {
    if (finding.crew.length) return grid.cellAt[finding.crew[0] + "|" + finding.spot];
    if (finding.member !== null) return grid.cellAt[finding.member + "|" + finding.spot];
    const row = finding.place && grid.rows.find(function (cells) {
      return cells[0].beat === String(finding.place[0]) && cells[0].shift === String(finding.place[1]);
    });
    return row && row.find(function (cell) { return cell.day === finding.spot; });
  }

  function findingsOf(cell) {
    const now = grid.stored(cell);
    const shift = grid.shiftNamed(now.shift);
    return state.findings.filter(function (finding) {
      if (finding.days.indexOf(cell.day) < 0) return false;
      if (finding.member !== null) return finding.member === cell.member;
      if (finding.crew.length) return finding.crew.indexOf(cell.member) >= 0;
      const place = finding.place || [];
      return cell.member ? Boolean(shift) && place[0] === now.beat && place[1] === shift.id
        : String(place[0]) === cell.beat && String(place[1]) === cell.shift;
    });
  }

  function drawTotals(member) {
    const totals = state.totals[member];
    const row = table.querySelector('tr[data-m="' + member + '"]');
    if (!row) return;
    row.querySelectorAll("td[data-t]").forEach(function (td) {
      td.textContent = totals[td.dataset.t] || (td.dataset.t === "overtime" ? "" : "0");
      const over = td.dataset.t === "nights" ? totals.nights_over : td.dataset.t !== "weekends" && totals.hours_over;
      td.classList.toggle("over", Boolean(over));
    });
  }

  function drawCover(day) {
    const cover = state.cover[day];
    const dot = table.querySelector('thead th[data-d="' + day + '"] .dot');
    if (dot) dot.className = "dot" + (cover.tone ? " dot-" + cover.tone : "");
    cover.needs.forEach(function (need) {
      const row = 'tr[data-beat="' + need.beat + '"][data-shift="' + need.shift + '"]';
      const td = table.querySelector(row + ' td[data-d="' + day + '"]');
      if (!td) return;
      td.className = "need need-" + need.tone + (td.classList.contains("broken") ? " broken" : "");
      td.firstElementChild.firstChild.textContent = need.have;
    });
  }

  function drawStrip() {
    if (!document.getElementById("strip-cover")) return;
    let needed = 0;
    let filled = 0;
    Object.keys(state.cover).forEach(function (day) {
      state.cover[day].needs.forEach(function (need) {
        needed += need.minimum;
        filled += Math.min(need.have, need.minimum);
      });
    });
    const totals = Object.keys(state.totals).map(function (member) { return state.totals[member]; });
    const minutes = totals.reduce(function (sum, item) { return sum + item.minutes; }, 0);
    write("strip-cover", filled + " / " + needed, filled < needed);
    write("strip-broken", grid.fill(grid.text.brokenCount, { n: state.findings.length }), state.findings.length > 0);
    write("strip-nights", spread(totals, "nights"));
    write("strip-weekends", spread(totals, "weekends"));
    if (document.getElementById("strip-hard")) write("strip-hard", spread(totals, "hard_beats"));
    // What was proven was proven of the roster as it was generated.
    if (document.getElementById("strip-gap").textContent.indexOf("%") > 0) write("strip-gap", grid.text.changedSince);
    write("strip-hours", Math.round(minutes / 60 / totals.length) + " / " + state.standard);
  }

  /* Who never works nights says nothing about how evenly nights are shared. */
  function spread(totals, name) {
    const values = totals.map(function (item) { return item[name]; }).filter(Boolean);
    if (!values.length) return "0";
    const low = Math.min.apply(null, values);
    const high = Math.max.apply(null, values);
    return low === high ? String(low) : low + " – " + high;
  }

  function write(id, value, isBad) {
    const place = document.getElementById(id);
    place.textContent = value;
    if (isBad !== undefined) place.closest(".stat").classList.toggle("stat-bad", isBad);
  }

  Object.assign(grid, {
    draw: draw, publishedMark: publishedMark, takeFacts: takeFacts, drawFindings: drawFindings, spotOf: spotOf,
    findingsOf: findingsOf, wishOf: wishOf,
  });
}());
