/* The menu of a cell: shift and beat. */
(function () {
  "use strict";

  const grid = window.lianfang.grid;
  if (!grid) return;
  let menu = null;

  function openCell(cell) {
    if (cell.member) openMenu(cell);
    else grid.showCandidates(cell.beat, cell.shift, cell.day);
  }

  function openMenu(cell) {
    closeMenu();
    if (!grid.state.editable) return;
    menu = grid.element("div", "cell-menu");
    menu.setAttribute("role", "menu");
    menu.setAttribute("aria-label", grid.describe(cell));
    grid.active.forEach(function (shift) {
      menu.appendChild(shiftItem(shift));
      needsOf(cell.day, shift.id).forEach(function (need) { menu.appendChild(beatItem(shift, need)); });
    });
    menu.appendChild(menuItem(grid.text.clear, "Del", function () { grid.setShift(grid.selected, null); }));
    grid.root.appendChild(menu);
    placeMenu(cell);
    menu.firstElementChild.focus();
  }

  function needsOn(day) {
    return grid.state.cover[day] ? grid.state.cover[day].needs : [];
  }

  function needsOf(day, shift) {
    return needsOn(day).filter(function (need) { return need.shift === shift; });
  }

  function shiftItem(shift) {
    const item = menuItem(shift.name + " " + shift.hours, shift.key, function () {
      grid.setShift(grid.selected, shift.code);
    });
    item.insertBefore(grid.element("span", "shift shift-" + shift.colour, shift.code), item.firstChild);
    return item;
  }

  function beatItem(shift, need) {
    const count = need.have + "/" + need.minimum;
    const item = menuItem(grid.state.beats[need.beat], count, function () {
      grid.setShift(grid.selected, shift.code, need.beat);
    });
    item.classList.add("beat-item");
    item.lastElementChild.classList.add("text-" + need.tone);
    return item;
  }

  function menuItem(label, hint, act) {
    const item = grid.element("button", "cell-menu-item");
    item.type = "button";
    item.setAttribute("role", "menuitem");
    item.tabIndex = -1;
    item.appendChild(grid.element("span", "cell-menu-label", label));
    item.appendChild(grid.element("span", "cell-menu-hint", hint));
    item.addEventListener("click", function () {
      closeMenu();
      act();
      grid.focusCell(grid.focused);
    });
    return item;
  }

  function placeMenu(cell) {
    const box = cell.td.getBoundingClientRect();
    const below = window.innerHeight - box.bottom;
    const above = Math.max(8, box.top - menu.offsetHeight - 2);
    menu.style.left = Math.max(8, Math.min(box.left, window.innerWidth - menu.offsetWidth - 8)) + "px";
    menu.style.top = (below >= menu.offsetHeight + 8 ? box.bottom + 2 : above) + "px";
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
    else if (event.key === "Escape" || event.key === "Tab") {
      closeMenu();
      grid.focusCell(grid.focused);
    } else return;
    event.preventDefault();
  }

  function closeMenu() {
    if (menu) menu.remove();
    menu = null;
  }

  document.addEventListener("mousedown", function (event) {
    if (menu && !menu.contains(event.target)) closeMenu();
  });

  Object.assign(grid, { openCell: openCell, closeMenu: closeMenu, needsOn: needsOn });
}());
