// Public pages: the print button, and forms that are sent once however often the button is pressed.
(function () {
  "use strict";
  var button = document.getElementById("print");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  }
  Array.prototype.forEach.call(document.querySelectorAll("form[data-once]"), function (form) {
    var sent = false;
    form.addEventListener("submit", function (event) {
      if (sent) event.preventDefault();
      sent = true;
    });
    // Back in the history the same page is used again.
    window.addEventListener("pageshow", function () { sent = false; });
  });
})();
