/* The list of one day on a phone: its number is in sight among the others, and stays so when another day is chosen. */
(function () {
  "use strict";

  function showPicked() {
    const picked = document.querySelector(".day-picker [aria-current]");
    const bar = picked && picked.parentElement;
    if (bar) bar.scrollLeft = picked.offsetLeft - bar.offsetLeft - (bar.clientWidth - picked.offsetWidth) / 2;
  }

  showPicked();
  document.addEventListener("htmx:afterSwap", showPicked);
}());
