/* Which cell is focused, which block is selected. */
(function () {
  "use strict";

  const grid = window.lianfang.grid;
  if (!grid) return;
  const rows = grid.rows;
  const table = grid.table;
  let anchor = rows[0][startColumn()];
  grid.focused = anchor;
  grid.selected = [anchor];

  /* Where Tab first lands: on the day that the page was opened for, else today, else the first. */
  function startColumn() {
    const asked = /[?&]day=([\d-]+)/.exec(window.location.search);
    const today = table.querySelector("thead th.today");
    const day = asked ? asked[1] : today && today.dataset.d;
    return Math.max(0, rows[0].findIndex(function (cell) { return cell.day === day; }));
  }

  function focusCell(cell, extend) {
    grid.focused.link.tabIndex = -1;
    grid.focused = cell;
    cell.link.tabIndex = 0;
    cell.link.focus();
    if (!extend) anchor = cell;
    select();
    reveal(cell);
    grid.panel.querySelector("[data-candidates]").textContent = "";
    grid.drawPanel();
  }

  /* Everybody on a day, or one person's days: the anchor lies at the far end, so that the view stays where it is. */
  function selectDay(column, extend) {
    if (!extend) anchor = rows[Math.max(0, grid.people - 1)][column];
    focusCell(rows[0][column], true);
    if (!extend) window.lianfang.announce(grid.text.loneDay);
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
    const top = Math.min(anchor.row, grid.focused.row);
    const bottom = Math.max(anchor.row, grid.focused.row);
    const left = Math.min(anchor.column, grid.focused.column);
    const right = Math.max(anchor.column, grid.focused.column);
    grid.selected.forEach(function (cell) {
      cell.td.classList.remove("chosen");
      cell.td.removeAttribute("aria-selected");
    });
    grid.selected = [];
    for (let row = top; row <= bottom; row += 1) {
      for (let column = left; column <= right; column += 1) grid.selected.push(rows[row][column]);
    }
    grid.selected.forEach(function (cell) {
      cell.td.setAttribute("aria-selected", "true");
      if (grid.selected.length > 1) cell.td.classList.add("chosen");
    });
  }

  function clamp(value, most) {
    return Math.max(0, Math.min(most, value));
  }

  function move(down, right, extend) {
    const row = clamp(grid.focused.row + down, rows.length - 1);
    focusCell(rows[row][clamp(grid.focused.column + right, rows[row].length - 1)], extend);
  }

  function moveOn() {
    if (grid.focused.column < rows[grid.focused.row].length - 1) move(0, 1);
  }

  Object.assign(grid, {
    focusCell: focusCell, selectDay: selectDay, selectRow: selectRow, move: move, moveOn: moveOn,
  });
}());
