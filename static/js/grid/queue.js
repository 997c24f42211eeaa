/* The queue that carries changes to the server in their order: one batch under way at a time, the newest wish of each
   cell in the next. What cannot be saved now (no connection, signed out) stays typed and waits. */
(function () {
  "use strict";

  const grid = window.lianfang.grid;
  if (!grid) return;
  const root = grid.root;
  const text = grid.text;
  const heldBar = document.getElementById("grid-held");
  let pending = new Map();
  let underWay = null;
  let failures = 0;
  let isHeld = false;
  let hasFreshToken = false;

  function enqueue(cell, wish) {
    cell.wish = wish;
    cell.error = "";
    pending.set(cell, wish);
    grid.draw(cell);
    showSaving();
  }

  function flush() {
    if (underWay || isHeld || !pending.size) return;
    underWay = Array.from(pending);
    pending = new Map();
    send();
  }

  function send() {
    const changes = underWay.map(function (pair) {
      const cell = pair[0];
      const wish = pair[1];
      return {
        member: cell.member, day: cell.day, shift: wish.shift, beat: wish.beat,
        fixed: wish.fixed, origin: wish.origin, expected: cell.mark,
      };
    });
    fetch(root.dataset.cellsUrl, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": root.dataset.csrf },
      body: JSON.stringify({ changes: changes }),
    }).then(read).then(function (act) { act(); }, retry);
  }

  /* What follows from an answer; an answer that is none (500, cut off) is tried again. */
  function read(response) {
    const isJson = (response.headers.get("Content-Type") || "").indexOf("json") >= 0;
    if (response.status >= 500) throw new Error("server");
    if (response.redirected) return function () { hold(text.signedOut); };
    if (isJson) return response.json().then(function (reply) { return function () { settle(reply); }; });
    if (response.status === 403 && !hasFreshToken) return again;
    return function () { settle({ problems: [text.readOnly] }); };
  }

  function retry() {
    failures += 1;
    if (failures > 3) {
      hold(text.offline);
      return;
    }
    showStatus(text.retrying, "warn");
    window.setTimeout(send, 700 * failures);
  }

  /* Who signed in again in another tab has another token: the page is asked for it once, then the batch goes again. */
  function again() {
    freshToken().then(function (token) {
      if (!token) {
        hold(text.signedOut);
        return;
      }
      root.dataset.csrf = token;
      hasFreshToken = true;
      send();
    }, retry);
  }

  function freshToken() {
    return fetch(window.location.pathname, { credentials: "same-origin" }).then(function (response) {
      if (response.redirected || !response.ok) return "";
      return response.text().then(function (html) {
        const page = new DOMParser().parseFromString(html, "text/html").getElementById("grid");
        return page ? page.dataset.csrf : "";
      });
    });
  }

  /* Nothing typed is lost: it stays in the cells, marked as waiting, until it is sent again or put back. */
  function hold(message) {
    (underWay || []).forEach(function (pair) {
      if (!pending.has(pair[0])) pending.set(pair[0], pair[1]);
    });
    underWay = null;
    failures = 0;
    isHeld = true;
    heldBar.hidden = false;
    showHeld(message);
    showStatus("");
  }

  function showHeld(message) {
    heldBar.querySelector("[data-held]").textContent = message + " " + grid.fill(text.heldCount, { n: pending.size });
  }

  function resume() {
    if (!isHeld || underWay) return;
    freshToken().then(function (token) {
      if (!token) {
        showHeld(text.signedOut);
        return;
      }
      root.dataset.csrf = token;
      release();
      flush();
    }).catch(function () { showHeld(text.offline); });
  }

  function putBack() {
    const batch = Array.from(pending);
    pending = new Map();
    release();
    restore(batch, text.putBack);
    showSaving();
    grid.drawPanel();
  }

  function release() {
    isHeld = false;
    heldBar.hidden = true;
    showSaving();
  }

  function settle(reply) {
    const batch = underWay;
    underWay = null;
    failures = 0;
    hasFreshToken = false;
    if (reply.problems) {
      restore(batch, reply.problems.join(" "));
    } else {
      batch.forEach(function (pair, index) { confirmCell(pair[0], pair[1], reply.cells[index]); });
      grid.takeFacts(reply);
    }
    showSaving();
    grid.drawPanel();
    if (!pending.size) document.dispatchEvent(new CustomEvent("grid:settled"));
    flush();
  }

  function confirmCell(cell, wish, outcome) {
    cell.mark = outcome.mark;
    cell.fixed = outcome.fixed;
    cell.origin = outcome.origin;
    const now = grid.stored(cell);
    // A lost answer: the change had arrived, so the second try meets its own work.
    const same = now.shift === wish.shift && (wish.beat === null || now.beat === (wish.beat || 0));
    if (outcome.status !== "saved" && !same) {
      wish.failed = true;
      if (!pending.has(cell)) cell.error = outcome.message;
      window.lianfang.toast(grid.describe(cell) + "：" + outcome.message, "warning");
    } else if (wish.shift !== null) {
      wish.beat = now.beat;
    }
    if (!pending.has(cell)) cell.wish = null;
    grid.draw(cell);
  }

  function restore(batch, message) {
    batch.forEach(function (pair) {
      pair[1].failed = true;
      if (pending.has(pair[0])) return;
      pair[0].wish = null;
      pair[0].error = message;
      grid.draw(pair[0]);
    });
    window.lianfang.toast(message, "error");
  }

  function showStatus(message, tone) {
    const place = document.getElementById("grid-saved");
    if (!place) return;
    place.textContent = message;
    place.className = "grid-saved" + (tone ? " text-" + tone : "");
  }

  function showSaving() {
    if (isHeld) {
      showHeld(text.unsaved);
      return;
    }
    if (pending.size || underWay) {
      showStatus(text.saving);
      return;
    }
    const now = new Date();
    const clock = ("0" + now.getHours()).slice(-2) + ":" + ("0" + now.getMinutes()).slice(-2);
    showStatus(grid.fill(text.saved, { time: clock }));
  }

  window.addEventListener("beforeunload", function (event) {
    if (!pending.size && !underWay) return;
    event.preventDefault();
    event.returnValue = "";
  });
  // Back from the tab in which one signed in, or back on the net: it goes on by itself.
  window.addEventListener("focus", resume);
  window.addEventListener("online", resume);
  if (heldBar) {
    heldBar.querySelector("[data-resume]").addEventListener("click", resume);
    heldBar.querySelector("[data-put-back]").addEventListener("click", putBack);
  }

  Object.assign(grid, { enqueue: enqueue, flush: flush });
}());
