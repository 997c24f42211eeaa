/* The print button of a printable sheet: shown where script can press it. */
(function () {
  "use strict";
  const button = document.getElementById("print");
  button.hidden = false;
  button.addEventListener("click", function () { window.print(); });
}());
