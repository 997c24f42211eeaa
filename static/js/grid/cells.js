/* The roster grid, first file: what the page knows, and the table's cells as rows and columns.
   The table works without script, each cell being a link to a form; these files make a grid of it. They are plain
   deferred scripts that share `lianfang.grid`, because hashed file names and module imports do not go together. */
(function () {
  "use strict";

  const root = document.getElementById("grid");
  if (!root) return;
  const state = JSON.parse(document.getElementById("grid-data").textContent);
  const table = root.querySelector("table");
  const active = state.shifts.filter(function (shift) { return shift.active; });
  const shiftById = {};
  const shiftByKey = {};
  const cellAt = {};
  state.shifts.forEach(function (shift) { shiftById[shift.id] = shift; });
  active.forEach(function (shift) { shiftByKey[shift.code.toLowerCase()] = shift; });
  active.forEach(function (shift) { shiftByKey[shift.key] = shift; });

  /* `mark` is what the server holds, `wish` what was typed and is not yet confirmed. */
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

  function fill(template, values) {
    return template.replace(/%\((\w+)\)s/g, function (whole, name) { return values[name]; });
  }

  function element(name, className, content) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (content !== undefined) made.textContent = content;
    return made;
  }

  /* What a mark of the server means, in the terms of a wish. */
  function meaning(mark, fixed, origin) {
    if (!mark) return { shift: null, beat: null, fixed: true, origin: "hand" };
    const parts = mark.split(".");
    const shift = shiftById[parts[0]];
    return { shift: shift ? shift.code : null, beat: Number(parts[1]), fixed: fixed, origin: origin };
  }

  function stored(cell) {
    return meaning(cell.mark, cell.fixed, cell.origin);
  }

  function shown(cell) {
    return cell.wish || stored(cell);
  }

  function shiftNamed(code) {
    return code === null ? null : state.shifts.find(function (shift) { return shift.code === code; }) || null;
  }

  function describe(cell) {
    return ((cell.member ? state.names[cell.member] : "") + " " + state.days[cell.day]).trim();
  }

  window.lianfang.grid = {
    root: root, state: state, text: state.text, table: table, panel: document.getElementById("grid-panel"),
    active: active, shiftById: shiftById, shiftByKey: shiftByKey, cellAt: cellAt, rows: rows,
    people: rows.filter(function (row) { return row[0].member; }).length, // the rows above those of cover
    fill: fill, element: element, meaning: meaning, stored: stored, shown: shown, shiftNamed: shiftNamed,
    describe: describe,
  };
}());
