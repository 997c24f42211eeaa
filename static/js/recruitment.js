// Score sheet: Enter and the arrow keys go from candidate to candidate, as on paper.
(function () {
  "use strict";
  var sheet = document.querySelector("[data-score-sheet]");
  if (!sheet) return;
  var fields = Array.prototype.slice.call(sheet.querySelectorAll("input.score-field"));
  sheet.addEventListener("keydown", function (event) {
    var place = fields.indexOf(event.target);
    var step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (place < 0 || !step) return;
    var next = fields[place + step];
    if (next) {
      event.preventDefault();
      next.focus();
      next.select();
    } else if (event.key !== "Enter") {
      event.preventDefault();
    }
  });
})();

// The board: "all" ticks every card of its column, as a sign of what the buttons mean; one tick less takes it back.
(function () {
  "use strict";
  Array.prototype.forEach.call(document.querySelectorAll("[data-board-column]"), function (form) {
    var all = form.querySelector("[data-everybody]");
    if (!all) return;
    form.addEventListener("change", function (event) {
      var cards = Array.prototype.slice.call(form.querySelectorAll("input[name=candidate]"));
      if (event.target === all) cards.forEach(function (card) { card.checked = all.checked; });
      else if (event.target.name === "candidate" && !event.target.checked) all.checked = false;
    });
  });
})();
