/* Mouse and touch: a click focuses, dragging selects a block, a head selects its day or its person. */
(function () {
  "use strict";

  const grid = window.lianfang.grid;
  if (!grid) return;
  const table = grid.table;
  let dragging = false;

  function cellOf(target) {
    const td = target.closest("td[data-d]");
    return td && td.gridCell;
  }

  table.addEventListener("mousedown", function (event) {
    const cell = cellOf(event.target);
    if (!cell || event.button !== 0) return;
    event.preventDefault();
    grid.closeMenu();
    dragging = Boolean(cell.member);
    grid.focusCell(cell, event.shiftKey);
  });
  table.addEventListener("mousedown", function (event) {
    const head = event.target.closest("thead th[data-d]");
    const name = event.target.closest("tr[data-m] > th");
    if (event.button !== 0 || !(head || name)) return;
    event.preventDefault();
    if (name) {
      grid.selectRow(name.parentElement.querySelector("td").gridCell.row);
      return;
    }
    const column = grid.rows[0].findIndex(function (cell) { return cell.day === head.dataset.d; });
    grid.selectDay(column, event.shiftKey);
  });
  table.addEventListener("mouseover", function (event) {
    const cell = dragging && cellOf(event.target);
    if (cell && cell.member && cell !== grid.focused) grid.focusCell(cell, true);
  });
  document.addEventListener("mouseup", function () { dragging = false; });
  table.addEventListener("click", function (event) {
    const cell = cellOf(event.target);
    if (!cell) return;
    event.preventDefault();
    if (!cell.member) grid.openCell(cell);
  });
  table.addEventListener("dblclick", function (event) {
    const cell = cellOf(event.target);
    if (cell && cell.member) grid.openCell(cell);
  });
}());
