/* The grid's last file: the buttons around the table, and the start. */
(function () {
  "use strict";

  const grid = window.lianfang.grid;
  if (!grid) return;
  let broken = -1;

  function press(id, act) {
    const button = document.getElementById(id);
    if (button) button.addEventListener("click", act);
  }

  function nextBroken() {
    if (!grid.state.findings.length) return;
    broken = (broken + 1) % grid.state.findings.length;
    const finding = grid.state.findings[broken];
    const cell = grid.spotOf(finding) || grid.rows[0][Object.keys(grid.state.days).indexOf(finding.spot)];
    if (cell) grid.focusCell(cell);
  }

  /* A phone shows one day, drawn by the server: after an undo it is asked for again. */
  document.addEventListener("grid:settled", function () {
    const day = document.getElementById("day");
    if (!day || day.offsetParent === null) return;
    const picked = day.querySelector(".day-picker [aria-current]");
    window.htmx.ajax("GET", picked.getAttribute("hx-get"), { target: "#day", swap: "outerHTML" });
  });

  press("grid-undo", grid.undo);
  press("grid-redo", grid.redo);
  press("strip-broken-link", function (event) {
    event.preventDefault();
    nextBroken();
  });

  grid.root.classList.add("grid-live");
  grid.focused.link.tabIndex = 0;
  grid.drawFindings();
  grid.drawPanel();
  grid.root.dataset.ready = "yes";
}());
