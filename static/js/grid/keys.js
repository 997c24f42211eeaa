/* The keyboard: arrows move, a letter sets a shift, Delete clears, Ctrl-C and Ctrl-V copy a block, Ctrl-Z undoes. */
(function () {
  "use strict";

  const grid = window.lianfang.grid;
  if (!grid) return;
  const rows = grid.rows;
  const MOVES = {
    ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [-10, 0], PageDown: [10, 0],
  };
  let copied = null;

  function typedShift(event) {
    // An input method hides the letter ("Process"); the key's own code still names it.
    const byCode = /^(Key|Digit)(.)$/.exec(event.code || "");
    const typed = grid.shiftByKey[event.key.toLowerCase()];
    return typed || (event.key === "Process" && byCode && grid.shiftByKey[byCode[2].toLowerCase()]);
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
    if (key === "home") grid.focusCell(rows[0][0], event.shiftKey);
    else if (key === "end") grid.focusCell(rows[rows.length - 1][rows[0].length - 1], event.shiftKey);
    else if (key === " ") grid.selectDay(grid.focused.column);
    else if (key === "c") copyBlock();
    else if (key === "v") pasteBlock();
    else return false;
    return true;
  }

  function onPlainKey(event) {
    const step = MOVES[event.key];
    const row = rows[grid.focused.row];
    if (event.key === " " && event.shiftKey) grid.selectRow(grid.focused.row);
    else if (step) grid.move(step[0], step[1], event.shiftKey);
    else if (event.key === "Home") grid.focusCell(row[0], event.shiftKey);
    else if (event.key === "End") grid.focusCell(row[row.length - 1], event.shiftKey);
    else if (event.key === "Enter" || event.key === "F2" || event.key === " ") grid.openCell(grid.focused);
    else if (event.key === "Delete" || event.key === "Backspace") grid.setShift(grid.selected, null);
    else if (event.key === "Escape") grid.focusCell(grid.focused);
    else return onLetter(event);
    return true;
  }

  function onLetter(event) {
    const shift = typedShift(event);
    if (!shift || !grid.focused.member) return false;
    const block = grid.selected.length > 1;
    grid.setShift(block ? grid.selected : [grid.focused], shift.code);
    if (!block) grid.moveOn();
    return true;
  }

  function copyBlock() {
    const first = grid.selected[0];
    copied = grid.selected.map(function (cell) {
      return { row: cell.row - first.row, column: cell.column - first.column, shift: grid.shown(cell).shift };
    });
    window.lianfang.announce(grid.text.copied);
  }

  function pasteBlock() {
    if (!copied) return;
    const wishes = new Map();
    copied.forEach(function (item) {
      const row = rows[grid.focused.row + item.row];
      const cell = row && row[grid.focused.column + item.column];
      if (cell && cell.member) wishes.set(cell, { shift: item.shift, beat: null, fixed: true, origin: "hand" });
    });
    grid.change(Array.from(wishes.keys()), function (cell) { return wishes.get(cell); });
  }

  grid.table.addEventListener("keydown", onKey);
  document.addEventListener("keydown", function (event) {
    if (!(event.ctrlKey || event.metaKey) || event.target.matches("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) grid.undo();
    else if (key === "y" || key === "z") grid.redo();
    else return;
    event.preventDefault();
  });
}());
