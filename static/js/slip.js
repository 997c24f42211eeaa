/* The print button of the slip; without a script the browser's own menu prints. */
(function () {
  "use strict";
  var button = document.getElementById("print-slip");
  button.hidden = false;
  button.addEventListener("click", function () { window.print(); });
})();
