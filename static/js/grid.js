/* The roster grid: keyboard, mouse, undo, and the queue that carries changes to the server in their order.
   The table works without this script, each cell being a link to a form; here it becomes a grid. */
(function () {
  "use strict";

  /* The list of one day: its number is in sight among the others, and stays so when another day is chosen. */
  function showPicked() {
    const picked = document.querySelector(".day-picker [aria-current]");
    const bar = picked && picked.parentElement;
    if (bar) bar.scrollLeft = picked.offsetLeft - bar.offsetLeft - (bar.clientWidth - picked.offsetWidth) / 2;
  }
  showPicked();
  document.addEventListener("htmx:afterSwap", showPicked);

  const root = document.getElementById("grid");
  if (!root) return;
  const state = JSON.parse(document.getElementById("grid-data").textContent);
  const text = state.text;
  const table = root.querySelector("table");
  const panel = document.getElementById("grid-panel");
  const shiftById = {};
  const shiftByKey = {};
  const cellAt = {};
  const active = state.shifts.filter(function (shift) { return shift.active; });
  state.shifts.forEach(function (shift) { shiftById[shift.id] = shift; });
  active.forEach(function (shift) { shiftByKey[shift.code.toLowerCase()] = shift; });
  active.forEach(function (shift) { shiftByKey[shift.key] = shift; });

  function fill(template, values) {
    return template.replace(/%\((\w+)\)s/g, function (whole, name) { return values[name]; });
  }

  function element(name, className, content) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (content !== undefined) made.textContent = content;
    return made;
  }

  /* ---- cells: `mark` is what the server holds, `wish` what was typed and is not yet confirmed ---- */

  const rows = Array.from(table.querySelectorAll("tr[data-row]")).map(function (tr, row) {
    return Array.from(tr.querySelectorAll("td[data-d]")).map(function (td, column) {
      const cell = {
        td: td, link: td.firstElementChild || td, row: row, column: column, day: td.dataset.d,
        member: tr.dataset.m ? Number(tr.dataset.m) : null,
        beat: tr.dataset.beat, shift: tr.dataset.shift,
        mark: td.dataset.v || "", fixed: td.classList.contains("fixed"), origin: td.dataset.o || "hand",
        wish: null, error: "",
        away: td.dataset.a || "", awayLabel: td.dataset.al || "",
      };
      cell.link.tabIndex = -1;
      td.gridCell = cell;
      if (cell.member) cellAt[cell.member + "|" + cell.day] = cell;
      return cell;
    });
  });
  if (!rows.length || !rows[0].length) return;
  const people = rows.filter(function (row) { return row[0].member; }).length; // the rows above those of cover

  function stored(cell) {
    if (!cell.mark) return { shift: null, beat: null, fixed: true, origin: "hand" };
    const parts = cell.mark.split(".");
    const shift = shiftById[parts[0]];
    return { shift: shift ? shift.code : null, beat: Number(parts[1]), fixed: cell.fixed, origin: cell.origin };
  }

  function shown(cell) {
    return cell.wish || stored(cell);
  }

  function shiftNamed(code) {
    return state.shifts.find(function (shift) { return shift.code === code; });
  }

  function draw(cell) {
    const now = shown(cell);
    const shift = now.shift === null ? null : shiftNamed(now.shift);
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
    const now = shown(cell);
    const shift = now.shift === null ? null : shiftNamed(now.shift);
    const facts = shift ? shift.name + " " + shift.hours + (now.beat ? " " + (state.beats[now.beat] || "") : "") : cell.awayLabel;
    const reasons = findingsOf(cell).map(function (finding) { return finding.text; });
    return [describe(cell) + (facts ? "：" + facts : "")].concat(cell.error || [], reasons).join("\n");
  }

  function publishedMark(cell) {
    return state.compared.marks[cell.member + "|" + cell.day] || "";
  }

  /* ---- steps: what Ctrl-Z takes back, however many cells it was ---- */

  const undoSteps = [];
  const redoSteps = [];

  function change(cells, makeWish) {
    if (!state.editable) {
      window.lianfang.toast(text.readOnly, "info");
      return;
    }
    const entries = cells
      .filter(function (cell) { return cell.member; })
      .map(function (cell) { return { cell: cell, before: shown(cell), after: makeWish(cell) }; })
      .filter(function (entry) { return entry.before.shift !== null || entry.after.shift !== null; });
    if (!entries.length) return;
    undoSteps.push(entries);
    redoSteps.length = 0;
    entries.forEach(function (entry) { enqueue(entry.cell, entry.after); });
    drawUndo();
    flush();
  }

  function setShift(cells, code, beat) {
    change(cells, function () { return { shift: code, beat: beat === undefined ? null : beat, fixed: true, origin: "hand" }; });
  }

  function replay(from, to, side) {
    const step = from.pop();
    if (!step) return;
    to.push(step);
    step.filter(function (entry) { return !entry.after.failed; }).forEach(function (entry) {
      const wanted = entry[side];
      enqueue(entry.cell, { shift: wanted.shift, beat: wanted.beat, fixed: wanted.fixed, origin: wanted.origin });
    });
    focusCell(step[0].cell);
    window.lianfang.announce(side === "before" ? text.undone : text.redone);
    drawUndo();
    flush();
  }

  function undo() { replay(undoSteps, redoSteps, "before"); }
  function redo() { replay(redoSteps, undoSteps, "after"); }

  function drawUndo() {
    [["grid-undo", undoSteps], ["grid-redo", redoSteps]].forEach(function (pair) {
      const button = document.getElementById(pair[0]);
      if (button) button.disabled = !pair[1].length;
    });
  }

  /* ---- the queue: one batch under way at a time, the newest wish of each cell in the next ---- */

  let pending = new Map();
  let underWay = null;
  let failures = 0;

  function enqueue(cell, wish) {
    cell.wish = wish;
    cell.error = "";
    pending.set(cell, wish);
    draw(cell);
    showSaving();
  }

  function flush() {
    if (underWay || !pending.size) return;
    underWay = Array.from(pending);
    pending = new Map();
    send();
  }

  function send() {
    const changes = underWay.map(function (pair) {
      const cell = pair[0];
      const wish = pair[1];
      return {
        member: cell.member, day: cell.day, shift: wish.shift, beat: wish.beat,
        fixed: wish.fixed, origin: wish.origin, expected: cell.mark,
      };
    });
    fetch(root.dataset.cellsUrl, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": root.dataset.csrf },
      body: JSON.stringify({ changes: changes }),
    }).then(function (response) {
      const isJson = (response.headers.get("Content-Type") || "").indexOf("json") >= 0;
      if (response.status >= 500) throw new Error("server");
      if (response.redirected || !isJson) return { problems: [text.signedOut] };
      return response.json();
    }).then(settle, retry);
  }

  function retry() {
    failures += 1;
    if (failures <= 3) {
      showStatus(text.retrying, "warn");
      window.setTimeout(send, 700 * failures);
      return;
    }
    settle({ problems: [text.offline] });
  }

  function settle(reply) {
    const batch = underWay;
    underWay = null;
    failures = 0;
    if (reply.problems) {
      restore(batch, reply.problems.join(" "));
    } else {
      batch.forEach(function (pair, index) { confirmCell(pair[0], pair[1], reply.cells[index]); });
      takeFacts(reply);
    }
    showSaving();
    drawPanel();
    flush();
  }

  function confirmCell(cell, wish, outcome) {
    cell.mark = outcome.mark;
    cell.fixed = outcome.fixed;
    cell.origin = outcome.origin;
    const now = stored(cell);
    // A lost answer: the change had arrived, so the second try meets its own work.
    const same = now.shift === wish.shift && (wish.beat === null || now.beat === (wish.beat || 0));
    if (outcome.status !== "saved" && !same) {
      wish.failed = true;
      if (!pending.has(cell)) cell.error = outcome.message;
      window.lianfang.toast(describe(cell) + "：" + outcome.message, "warning");
    } else if (wish.shift !== null) {
      wish.beat = now.beat;
    }
    if (!pending.has(cell)) cell.wish = null;
    draw(cell);
  }

  function restore(batch, message) {
    batch.forEach(function (pair) {
      pair[1].failed = true;
      if (pending.has(pair[0])) return;
      pair[0].wish = null;
      pair[0].error = message;
      draw(pair[0]);
    });
    window.lianfang.toast(message, "error");
  }

  function showStatus(message, tone) {
    const place = document.getElementById("grid-saved");
    if (!place) return;
    place.textContent = message;
    place.className = "grid-saved" + (tone ? " text-" + tone : "");
  }

  function showSaving() {
    if (pending.size || underWay) {
      showStatus(text.saving);
      return;
    }
    const now = new Date();
    const clock = ("0" + now.getHours()).slice(-2) + ":" + ("0" + now.getMinutes()).slice(-2);
    showStatus(fill(text.saved, { time: clock }));
  }

  window.addEventListener("beforeunload", function (event) {
    if (!pending.size && !underWay) return;
    event.preventDefault();
    event.returnValue = "";
  });

  /* ---- facts: what the server says about limits, totals and cover ---- */

  function takeFacts(reply) {
    state.findings = state.findings
      .filter(function (finding) { return finding.member === null ? !(finding.spot in reply.cover) : !(finding.member in reply.totals); })
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
      const cell = spotOf(finding);
      if (!cell) return;
      cell.td.classList.add("broken");
      cell.link.title = cell.member ? tip(cell) : finding.text;
    });
  }

  /* Its cell: a person's, or for what several people break together the one of their need. */
  function spotOf(finding) {
    if (finding.member !== null) return cellAt[finding.member + "|" + finding.spot];
    const row = finding.place && rows.find(function (cells) {
      return cells[0].beat === String(finding.place[0]) && cells[0].shift === String(finding.place[1]);
    });
    return row && row.find(function (cell) { return cell.day === finding.spot; });
  }

  function findingsOf(cell) {
    const now = stored(cell);
    const shift = now.shift === null ? null : shiftNamed(now.shift);
    return state.findings.filter(function (finding) {
      if (finding.days.indexOf(cell.day) < 0) return false;
      if (finding.member !== null) return finding.member === cell.member;
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
      const td = table.querySelector('tr[data-beat="' + need.beat + '"][data-shift="' + need.shift + '"] td[data-d="' + day + '"]');
      if (!td) return;
      td.className = "need need-" + need.tone + (td.classList.contains("broken") ? " broken" : "");
      td.firstElementChild.firstChild.textContent = need.have;
    });
  }

  function drawStrip() {
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
    write("strip-broken", fill(text.brokenCount, { n: state.findings.length }), state.findings.length > 0);
    write("strip-nights", spread(totals, "nights"));
    write("strip-weekends", spread(totals, "weekends"));
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

  /* ---- focus and selection ---- */

  let focused = rows[0][startColumn()];
  let anchor = focused;
  let selected = [focused];

  /* Where Tab first lands: on the day that the page was opened for, else today, else the first. */
  function startColumn() {
    const asked = /[?&]day=([\d-]+)/.exec(window.location.search);
    const today = table.querySelector("thead th.today");
    const day = asked ? asked[1] : today && today.dataset.d;
    return Math.max(0, rows[0].findIndex(function (cell) { return cell.day === day; }));
  }

  function focusCell(cell, extend) {
    focused.link.tabIndex = -1;
    focused = cell;
    cell.link.tabIndex = 0;
    cell.link.focus();
    if (!extend) anchor = cell;
    select();
    reveal(cell);
    panel.querySelector("[data-candidates]").textContent = "";
    drawPanel();
  }

  /* Everybody on a day, or one person's days: the anchor lies at the far end, so that the view stays where it is. */
  function selectDay(column, extend) {
    if (!extend) anchor = rows[Math.max(0, people - 1)][column];
    focusCell(rows[0][column], true);
    if (!extend) window.lianfang.announce(text.loneDay);
  }

  function selectRow(row) {
    anchor = rows[row][rows[row].length - 1];
    focusCell(rows[row][0], true);
  }

  /* The names stay in place at the left and the days on top: a cell must not hide beneath them. */
  function reveal(cell) {
    const frame = table.parentElement;
    const box = frame.getBoundingClientRect();
    const place = cell.td.getBoundingClientRect();
    const name = table.querySelector("thead th").getBoundingClientRect();
    if (place.left < name.right) frame.scrollLeft -= name.right - place.left + 2;
    if (place.right > box.right) frame.scrollLeft += place.right - box.right + 2;
    if (place.top < name.bottom) frame.scrollTop -= name.bottom - place.top + 2;
    if (place.bottom > box.bottom) frame.scrollTop += place.bottom - box.bottom + 2;
  }

  function select() {
    const top = Math.min(anchor.row, focused.row);
    const bottom = Math.max(anchor.row, focused.row);
    const left = Math.min(anchor.column, focused.column);
    const right = Math.max(anchor.column, focused.column);
    selected.forEach(function (cell) {
      cell.td.classList.remove("chosen");
      cell.td.removeAttribute("aria-selected");
    });
    selected = [];
    for (let row = top; row <= bottom; row += 1) {
      for (let column = left; column <= right; column += 1) selected.push(rows[row][column]);
    }
    selected.forEach(function (cell) {
      cell.td.setAttribute("aria-selected", "true");
      if (selected.length > 1) cell.td.classList.add("chosen");
    });
  }

  function clamp(value, most) {
    return Math.max(0, Math.min(most, value));
  }

  function move(down, right, extend) {
    const row = clamp(focused.row + down, rows.length - 1);
    focusCell(rows[row][clamp(focused.column + right, rows[row].length - 1)], extend);
  }

  function moveOn() {
    if (focused.column < rows[focused.row].length - 1) move(0, 1);
  }

  function describe(cell) {
    return ((cell.member ? state.names[cell.member] : "") + " " + state.days[cell.day]).trim();
  }

  /* ---- keyboard ---- */

  const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [-10, 0], PageDown: [10, 0] };

  function typedShift(event) {
    // An input method hides the letter ("Process"); the key's own code still names it.
    const byCode = /^(Key|Digit)(.)$/.exec(event.code || "");
    return shiftByKey[event.key.toLowerCase()] || (event.key === "Process" && byCode && shiftByKey[byCode[2].toLowerCase()]);
  }

  function onKey(event) {
    if (!event.target.closest("td[data-d]")) return;
    if (event.ctrlKey || event.metaKey) {
      if (onControlKey(event)) event.preventDefault();
      return;
    }
    if (event.altKey) return;
    if (onPlainKey(event)) event.preventDefault();
  }

  function onControlKey(event) {
    const key = event.key.toLowerCase();
    if (key === "home") focusCell(rows[0][0], event.shiftKey);
    else if (key === "end") focusCell(rows[rows.length - 1][rows[0].length - 1], event.shiftKey);
    else if (key === " ") selectDay(focused.column);
    else if (key === "c") copyBlock();
    else if (key === "v") pasteBlock();
    else return false;
    return true;
  }

  function onPlainKey(event) {
    const step = MOVES[event.key];
    if (event.key === " " && event.shiftKey) selectRow(focused.row);
    else if (step) move(step[0], step[1], event.shiftKey);
    else if (event.key === "Home") focusCell(rows[focused.row][0], event.shiftKey);
    else if (event.key === "End") focusCell(rows[focused.row][rows[focused.row].length - 1], event.shiftKey);
    else if (event.key === "Enter" || event.key === "F2" || event.key === " ") openCell(focused);
    else if (event.key === "Delete" || event.key === "Backspace") setShift(selected, null);
    else if (event.key === "Escape") focusCell(focused);
    else return onLetter(event);
    return true;
  }

  function onLetter(event) {
    const shift = typedShift(event);
    if (!shift || !focused.member) return false;
    const block = selected.length > 1;
    setShift(block ? selected : [focused], shift.code);
    if (!block) moveOn();
    return true;
  }

  let copied = null;

  function copyBlock() {
    copied = selected.map(function (cell) {
      return { row: cell.row - selected[0].row, column: cell.column - selected[0].column, shift: shown(cell).shift };
    });
    window.lianfang.announce(text.copied);
  }

  function pasteBlock() {
    if (!copied) return;
    const wishes = new Map();
    copied.forEach(function (item) {
      const row = rows[focused.row + item.row];
      const cell = row && row[focused.column + item.column];
      if (cell && cell.member) wishes.set(cell, { shift: item.shift, beat: null, fixed: true });
    });
    change(Array.from(wishes.keys()), function (cell) { return wishes.get(cell); });
  }

  table.addEventListener("keydown", onKey);
  document.addEventListener("keydown", function (event) {
    if (!(event.ctrlKey || event.metaKey) || event.target.matches("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) undo();
    else if (key === "y" || key === "z") redo();
    else return;
    event.preventDefault();
  });

  /* ---- mouse and touch ---- */

  let dragging = false;

  function cellOf(target) {
    const td = target.closest("td[data-d]");
    return td && td.gridCell;
  }

  table.addEventListener("mousedown", function (event) {
    const cell = cellOf(event.target);
    if (!cell || event.button !== 0) return;
    event.preventDefault();
    closeMenu();
    dragging = Boolean(cell.member);
    focusCell(cell, event.shiftKey);
  });
  table.addEventListener("mousedown", function (event) {
    const head = event.target.closest("thead th[data-d]");
    const name = event.target.closest("tr[data-m] > th");
    if (event.button !== 0 || !(head || name)) return;
    event.preventDefault();
    if (name) selectRow(name.parentElement.querySelector("td").gridCell.row);
    else selectDay(rows[0].findIndex(function (cell) { return cell.day === head.dataset.d; }), event.shiftKey);
  });
  table.addEventListener("mouseover", function (event) {
    const cell = dragging && cellOf(event.target);
    if (cell && cell.member && cell !== focused) focusCell(cell, true);
  });
  document.addEventListener("mouseup", function () { dragging = false; });
  table.addEventListener("click", function (event) {
    const cell = cellOf(event.target);
    if (!cell) return;
    event.preventDefault();
    if (!cell.member) openCell(cell);
  });
  table.addEventListener("dblclick", function (event) {
    const cell = cellOf(event.target);
    if (cell && cell.member) openCell(cell);
  });

  /* ---- the menu of a cell: shift and beat ---- */

  let menu = null;

  function openCell(cell) {
    if (cell.member) openMenu(cell);
    else showCandidates(cell.beat, cell.shift, cell.day);
  }

  function openMenu(cell) {
    closeMenu();
    if (!state.editable) return;
    menu = element("div", "cell-menu");
    menu.setAttribute("role", "menu");
    menu.setAttribute("aria-label", describe(cell));
    active.forEach(function (shift) {
      menu.appendChild(shiftItem(shift));
      needsOf(cell.day, shift.id).forEach(function (need) { menu.appendChild(beatItem(shift, need)); });
    });
    menu.appendChild(menuItem(text.clear, "Del", function () { setShift(selected, null); }));
    root.appendChild(menu);
    placeMenu(cell);
    menu.firstElementChild.focus();
  }

  function needsOn(day) {
    return state.cover[day] ? state.cover[day].needs : [];
  }

  function needsOf(day, shift) {
    return needsOn(day).filter(function (need) { return need.shift === shift; });
  }

  function shiftItem(shift) {
    const item = menuItem(shift.name + " " + shift.hours, shift.key, function () { setShift(selected, shift.code); });
    item.insertBefore(element("span", "shift shift-" + shift.colour, shift.code), item.firstChild);
    return item;
  }

  function beatItem(shift, need) {
    const count = need.have + "/" + need.minimum;
    const item = menuItem(state.beats[need.beat], count, function () { setShift(selected, shift.code, need.beat); });
    item.classList.add("beat-item");
    item.lastElementChild.classList.add("text-" + need.tone);
    return item;
  }

  function menuItem(label, hint, act) {
    const item = element("button", "cell-menu-item");
    item.type = "button";
    item.setAttribute("role", "menuitem");
    item.tabIndex = -1;
    item.appendChild(element("span", "cell-menu-label", label));
    item.appendChild(element("span", "cell-menu-hint", hint));
    item.addEventListener("click", function () {
      closeMenu();
      act();
      focusCell(focused);
    });
    return item;
  }

  function placeMenu(cell) {
    const box = cell.td.getBoundingClientRect();
    const below = window.innerHeight - box.bottom;
    menu.style.left = Math.max(8, Math.min(box.left, window.innerWidth - menu.offsetWidth - 8)) + "px";
    menu.style.top = (below >= menu.offsetHeight + 8 ? box.bottom + 2 : Math.max(8, box.top - menu.offsetHeight - 2)) + "px";
    menu.addEventListener("keydown", onMenuKey);
  }

  function onMenuKey(event) {
    const items = Array.from(menu.querySelectorAll("button"));
    const at = items.indexOf(document.activeElement);
    event.stopPropagation();
    if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
    else if (event.key === "ArrowUp") items[(at + items.length - 1) % items.length].focus();
    else if (event.key === "Home") items[0].focus();
    else if (event.key === "End") items[items.length - 1].focus();
    else if (event.key === "Escape" || event.key === "Tab") { closeMenu(); focusCell(focused); }
    else return;
    event.preventDefault();
  }

  function closeMenu() {
    if (menu) menu.remove();
    menu = null;
  }

  document.addEventListener("mousedown", function (event) {
    if (menu && !menu.contains(event.target)) closeMenu();
  });

  /* ---- the panel beside the table ---- */

  /* Redrawn after each save too: whoever stands on one of its buttons keeps standing there. */
  function drawPanel() {
    const at = Array.from(panel.querySelectorAll("a, button")).indexOf(document.activeElement);
    const box = panel.querySelector("[data-cell]");
    box.textContent = "";
    if (focused.member) drawMemberPanel(box);
    else drawNeedPanel(box);
    const day = panel.querySelector("[data-day]");
    day.textContent = "";
    drawDay(day);
    const again = at >= 0 && panel.querySelectorAll("a, button")[at];
    if (again) again.focus();
  }

  panel.addEventListener("keydown", function (event) {
    if (event.key === "Escape") focusCell(focused, true);
  });

  function drawMemberPanel(box) {
    const now = shown(focused);
    const shift = now.shift === null ? null : shiftNamed(now.shift);
    box.appendChild(element("h2", "", state.names[focused.member] + " · " + state.days[focused.day]));
    const facts = shift ? [shift.name, shift.hours, now.beat ? state.beats[now.beat] : text.noBeat] : [focused.awayLabel || text.free];
    box.appendChild(element("p", "muted", facts.join(" · ")));
    if (state.editable) box.appendChild(palette());
    if (focused.error) box.appendChild(element("p", "reason reason-warn", focused.error));
    if (state.compared && publishedMark(focused) !== focused.mark) box.appendChild(element("p", "muted", publishedText()));
    findingsOf(focused).forEach(function (finding) { box.appendChild(element("p", "reason", finding.text)); });
  }

  function publishedText() {
    const parts = publishedMark(focused).split(".");
    const shift = shiftById[parts[0]];
    const words = shift ? shift.code + " " + (state.beats[parts[1]] || "") : text.free;
    return fill(text.version, { n: state.compared.number, cell: words });
  }

  function drawNeedPanel(box) {
    const shift = shiftById[focused.shift];
    box.appendChild(element("h2", "", state.days[focused.day] + " " + shift.code + " · " + state.beats[focused.beat]));
    const need = needsOn(focused.day).find(function (item) {
      return String(item.beat) === focused.beat && String(item.shift) === focused.shift;
    });
    box.appendChild(element("p", "muted", need ? fill(text.needs, { minimum: need.minimum, have: need.have }) : text.noNeed));
    if (need && need.lacks) box.appendChild(element("p", "reason reason-warn", fill(text.lacks, { n: need.lacks })));
    if (need && need.led) {
      const words = need.lead ? fill(text.lead, { name: need.lead }) : text.noLead;
      box.appendChild(element("p", need.lead ? "muted" : "reason reason-warn", words));
    }
    findingsOf(focused).forEach(function (finding) { box.appendChild(element("p", "reason", finding.text)); });
  }

  function palette() {
    const bar = element("div", "palette");
    active.forEach(function (shift) {
      const button = element("button", "shift shift-" + shift.colour, shift.code);
      button.type = "button";
      button.title = shift.name + " " + shift.hours + " (" + shift.key + ")";
      button.addEventListener("click", function () { setShift(selected, shift.code); focusCell(focused, true); });
      bar.appendChild(button);
    });
    const more = element("button", "btn btn-quiet btn-sm", text.more);
    more.type = "button";
    more.addEventListener("click", function () { openCell(focused); });
    bar.appendChild(more);
    return bar;
  }

  function drawDay(box) {
    if (state.remarkable) {
      const link = element("a", "btn btn-link btn-sm", text.remark);
      link.href = root.dataset.remarkUrl.replace("2000-01-01", focused.day);
      box.appendChild(link);
    }
    const needs = needsOn(focused.day);
    if (!needs.length) return;
    box.appendChild(element("h3", "", fill(text.coverOf, { day: state.days[focused.day] })));
    const list = element("ul", "day-cover");
    needs.forEach(function (need) {
      const item = element("li");
      const shift = shiftById[need.shift];
      item.appendChild(element("span", "shift shift-" + shift.colour, shift.code));
      item.appendChild(element("span", "day-cover-beat", state.beats[need.beat]));
      const button = element("button", "day-cover-count need-" + need.tone, need.have + "/" + need.minimum);
      button.type = "button";
      button.title = text.who;
      button.disabled = !state.editable;
      button.addEventListener("click", function () { showCandidates(need.beat, need.shift, focused.day); });
      item.appendChild(button);
      list.appendChild(item);
    });
    box.appendChild(list);
  }

  function showCandidates(beat, shift, day) {
    const place = panel.querySelector("[data-candidates]");
    const address = root.dataset.needUrl.replace("/0/0/2000-01-01/", "/" + beat + "/" + shift + "/" + day + "/");
    if (!state.editable) return;
    place.textContent = text.looking;
    fetch(address, { credentials: "same-origin", headers: { "X-Requested-With": "grid" } }).then(function (response) {
      if (!response.ok || response.redirected) throw new Error("answer");
      return response.text();
    }).then(function (html) {
      place.innerHTML = html; // our own server's escaped template
      const first = place.querySelector("button");
      if (first && document.activeElement === focused.link) first.focus();
      place.querySelectorAll("form[data-assign]").forEach(function (form) {
        form.addEventListener("submit", function (event) {
          event.preventDefault();
          const cell = cellAt[form.dataset.member + "|" + day];
          setShift([cell], shiftById[shift].code, Number(beat));
          focusCell(cell);
        });
      });
    }).catch(function () { place.textContent = text.offline; });
  }

  /* ---- buttons around the table ---- */

  function press(id, act) {
    const button = document.getElementById(id);
    if (button) button.addEventListener("click", act);
  }

  let broken = -1;

  function nextBroken() {
    if (!state.findings.length) return;
    broken = (broken + 1) % state.findings.length;
    const finding = state.findings[broken];
    const cell = spotOf(finding) || rows[0][Object.keys(state.days).indexOf(finding.spot)];
    if (cell) focusCell(cell);
  }

  press("grid-undo", undo);
  press("grid-redo", redo);
  press("strip-broken-link", function (event) {
    event.preventDefault();
    nextBroken();
  });

  root.classList.add("grid-live");
  focused.link.tabIndex = 0;
  drawFindings();
  drawUndo();
  drawPanel();
  root.dataset.ready = "yes";
}());
