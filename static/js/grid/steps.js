/* Steps: what Ctrl-Z takes back, however many cells it was. A rota laid over the draft, a copied month and a form are
   steps too, although the page was loaded anew since: the server names their cells. */
(function () {
  "use strict";

  const grid = window.lianfang.grid;
  if (!grid) return;
  const undoSteps = [];
  const redoSteps = [];

  function change(cells, makeWish) {
    if (!grid.state.editable) {
      window.lianfang.toast(grid.text.readOnly, "info");
      return;
    }
    const entries = cells
      .filter(function (cell) { return cell.member; })
      .map(function (cell) { return { cell: cell, before: grid.shown(cell), after: makeWish(cell) }; })
      .filter(function (entry) { return entry.before.shift !== null || entry.after.shift !== null; });
    if (!entries.length) return;
    undoSteps.push(entries);
    redoSteps.length = 0;
    entries.forEach(function (entry) { grid.enqueue(entry.cell, entry.after); });
    drawUndo();
    grid.flush();
  }

  function setShift(cells, code, beat) {
    change(cells, function () {
      return { shift: code, beat: beat === undefined ? null : beat, fixed: true, origin: "hand" };
    });
  }

  function replay(from, to, side) {
    const step = from.pop();
    if (!step) return;
    to.push(step);
    step.filter(function (entry) { return !entry.after.failed; }).forEach(function (entry) {
      const wanted = entry[side];
      grid.enqueue(entry.cell, { shift: wanted.shift, beat: wanted.beat, fixed: wanted.fixed, origin: wanted.origin });
    });
    grid.focusCell(step[0].cell);
    window.lianfang.announce(side === "before" ? grid.text.undone : grid.text.redone);
    drawUndo();
    grid.flush();
  }

  function undo() { replay(undoSteps, redoSteps, "before"); }
  function redo() { replay(redoSteps, undoSteps, "after"); }

  function drawUndo() {
    [["grid-undo", undoSteps], ["grid-redo", redoSteps]].forEach(function (pair) {
      const button = document.getElementById(pair[0]);
      if (button) button.disabled = !pair[1].length;
    });
  }

  function entryOf(item) {
    const cell = grid.cellAt[item.member + "|" + item.day];
    return cell && { cell: cell, before: grid.meaning(item.mark, item.fixed, item.origin), after: grid.stored(cell) };
  }

  grid.state.steps.forEach(function (step) {
    const entries = step.map(entryOf).filter(Boolean);
    if (entries.length) undoSteps.push(entries);
  });
  drawUndo();

  Object.assign(grid, { change: change, setShift: setShift, undo: undo, redo: redo });
}());
