/* What every page shares: menus that close, dialogs that confirm, toasts. Everything here improves what already works without it. */
(function () {
  "use strict";

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }

  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.menu"));
    const toastClose = event.target.closest(".toast-close");
    if (toastClose) toastClose.closest(".toast-item").remove();
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    const menu = event.target.closest && event.target.closest("details.menu[open]");
    closeMenus(null);
    if (menu) menu.querySelector("summary").focus();
    if (window.location.hash === "#sidebar") {
      window.location.hash = "#main";
      document.querySelector(".menu-button").focus();
    }
  });

  /* A confirm is a disclosure; with script its box moves into a dialog, which keeps the focus inside. */
  document.addEventListener("click", function (event) {
    const summary = event.target.closest("details[data-confirm] > summary");
    if (!summary || !window.HTMLDialogElement) return;
    event.preventDefault();
    openConfirm(summary.parentElement, summary);
  });

  function openConfirm(details, opener) {
    const box = details.querySelector(".confirm-box");
    const dialog = document.createElement("dialog");
    const title = box.querySelector(".confirm-title");
    const cancel = box.querySelector("[data-close]");
    dialog.className = "dialog";
    title.id = title.id || "confirm-" + Math.random().toString(36).slice(2);
    dialog.setAttribute("aria-labelledby", title.id);
    cancel.hidden = false;
    cancel.onclick = function () { dialog.close(); };
    dialog.appendChild(box);
    document.body.appendChild(dialog);
    dialog.addEventListener("close", function () {
      details.appendChild(box);
      dialog.remove();
      opener.focus();
    });
    dialog.showModal();
    const first = box.querySelector(".confirm-text input, .confirm-text select, .confirm-text textarea");
    (first || cancel).focus();
  }

  /* A form sent twice by an impatient double click is sent once. */
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.getAttribute("method") !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    /* Later listeners may still keep the form here; then it was not sent. */
    window.setTimeout(function () { if (!event.defaultPrevented) form.dataset.sent = "yes"; });
    window.setTimeout(function () { delete form.dataset.sent; }, 4000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  function toast(text, level) {
    const list = document.getElementById("toasts");
    const item = document.createElement("div");
    const words = document.createElement("div");
    const close = document.createElement("button");
    item.className = "toast-item toast-" + (level || "info");
    words.className = "toast-text";
    words.textContent = text;
    close.className = "toast-close";
    close.type = "button";
    close.textContent = "×";
    close.setAttribute("aria-label", list.dataset.close);
    item.appendChild(words);
    item.appendChild(close);
    list.appendChild(item);
    fade(item);
  }

  /* Bad news stays until it is closed. */
  function fade(item) {
    if (item.classList.contains("toast-bad") || item.classList.contains("toast-warn")) return;
    window.setTimeout(function () { if (!item.matches(":hover") && !item.contains(document.activeElement)) item.remove(); }, 7000);
  }

  function announce(text) {
    const region = document.getElementById("announcer");
    region.textContent = "";
    window.setTimeout(function () { region.textContent = text; }, 50);
  }

  document.querySelectorAll(".toast-item").forEach(fade);
  const wrong = document.querySelector("[data-focus]");
  if (wrong) wrong.focus();

  document.addEventListener("htmx:responseError", function () {
    toast(document.getElementById("toasts").dataset.failed, "bad");
  });
  document.addEventListener("htmx:sendError", function () {
    toast(document.getElementById("toasts").dataset.offline, "bad");
  });

  /* Filters that are not set stay out of the address. */
  document.addEventListener("htmx:configRequest", function (event) {
    const given = event.detail.parameters;
    if (event.detail.verb !== "get") return;
    Object.keys(given).forEach(function (name) { if (given[name] === "") delete given[name]; });
  });

  /* htmx gives the focus back to an element of the same id; where that is gone, the part's first action takes it. */
  let wasInside = false;
  document.addEventListener("htmx:beforeSwap", function (event) {
    wasInside = event.detail.target.contains(document.activeElement);
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    const next = wasInside && document.activeElement === document.body && event.target.querySelector("a.btn, button");
    if (next) next.focus();
  });

  /* A part that answers with the sign-in page: the session ended. The whole page then asks to sign in and comes back. */
  document.addEventListener("htmx:beforeSwap", function (event) {
    const address = event.detail.xhr.responseURL || "";
    if (address.indexOf(document.body.dataset.signIn) === -1) return;
    event.detail.shouldSwap = false;
    window.location.reload();
  });

  window.lianfang = { toast: toast, announce: announce };
})();
