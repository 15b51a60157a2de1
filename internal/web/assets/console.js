// Keeps a page live. Without it everything works; one asks again by reloading.
//
// The server says that something has changed and nothing more; the page then asks for
// itself again and takes over the parts marked data-live. What came from strangers is
// text in that page, and no part of it is run (the Content-Security-Policy).
"use strict";
(() => {
  const one = (n, unit) => String(n).padStart(2, "0") + (unit || "");

  // ahead is how far this machine's clock is ahead of the server's, in milliseconds.
  let ahead = 0;
  const setClock = (page) => {
    const now = Date.parse(page.documentElement.dataset.now);
    if (now) ahead = Date.now() - now;
    document.documentElement.dataset.seen = page.documentElement.dataset.seen;
  };

  const left = (until) => {
    const s = Math.max(0, Math.floor((until - (Date.now() - ahead)) / 1000));
    const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    return h > 0 ? h + ":" + one(m) + ":" + one(s % 60) : m + ":" + one(s % 60);
  };

  const tick = () => {
    for (const e of document.querySelectorAll("[data-until]")) {
      const until = Date.parse(e.dataset.until);
      if (e.dataset.from) {
        const whole = until - Date.parse(e.dataset.from);
        const share = Math.max(0, Math.min(1, (until - (Date.now() - ahead)) / whole));
        e.setAttribute("width", String(Math.round(1000 * share)));
      } else if (e.textContent !== left(until)) {
        e.textContent = left(until);
        const row = e.closest(".wait");
        if (row) row.classList.toggle("hurry", until - (Date.now() - ahead) < 5 * 60 * 1000);
      }
    }
  };

  // Times in the zone of who reads.
  const localTimes = (part) => {
    for (const e of part.querySelectorAll("time[data-show]")) {
      const at = new Date(e.dateTime), now = new Date(Date.now() - ahead);
      const clock = one(at.getHours()) + ":" + one(at.getMinutes());
      const day = at.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
      const today = at.toDateString() === now.toDateString();
      e.title = e.dateTime;
      if (e.dataset.show === "clock") e.textContent = clock + ":" + one(at.getSeconds());
      else if (e.dataset.show === "day") e.textContent = today ? "today" : day + " " + at.getFullYear();
      else if (today) e.textContent = "today, " + clock;
      else e.textContent = day + (at.getFullYear() === now.getFullYear() ? "" : " " + at.getFullYear()) + ", " + clock;
    }
  };

  // What the server last sent of each part, before this script changed the times.
  const sent = new Map();
  const remember = (page) => {
    for (const part of page.querySelectorAll("[data-live]")) sent.set(part.id, part.outerHTML.replace(volatile, ""));
  };
  // The clock runs here; a part is new only when something else in it is.
  const volatile = / width="\d+" height="4" data-until|<b data-until="[^"]*">[^<]*<\/b>/g;

  const fields = (part) => [...part.querySelectorAll("input:not([type=hidden]):not([type=radio]), textarea")];

  // take puts a part of the new page in the place of the old one. What somebody has
  // typed there, and where they are, stays; where its field is gone the text stays.
  const take = (old, part) => {
    const typed = fields(old).filter((f) => f.value !== "");
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const range = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
    const chosen = [...old.querySelectorAll("input[type=radio]:checked")];
    old.replaceWith(part);
    for (const f of chosen) {
      const now = document.getElementById(f.id);
      if (now) now.checked = true;
    }
    const lost = [];
    for (const f of typed) {
      const now = f.id && document.getElementById(f.id);
      if (now) now.value = f.value;
      else lost.push(f.value);
    }
    if (lost.length > 0) {
      const p = document.createElement("p");
      p.className = "second form";
      p.textContent = "What you typed was not sent: “" + lost.join(" ") + "”";
      (part.querySelector(".card") || part).append(p);
    }
    if (focused) {
      const href = focused.getAttribute("href");
      const again = (focused.id && document.getElementById(focused.id)) ||
        (href && [...part.querySelectorAll("a")].find((a) => a.getAttribute("href") === href));
      if (again) {
        again.focus({ preventScroll: true });
        if (range && again.setSelectionRange && range[0] !== null) again.setSelectionRange(range[0], range[1]);
      } else document.getElementById("main").focus({ preventScroll: true });
    }
  };

  const takeAll = (page) => {
    setClock(page);
    document.title = page.title;
    for (const old of [...document.querySelectorAll("[data-live]")]) {
      const part = page.getElementById(old.id);
      if (!part) {
        old.remove();
        continue;
      }
      const html = part.outerHTML.replace(volatile, "");
      if (sent.get(old.id) === html) continue;
      sent.set(old.id, html);
      part.remove();
      localTimes(part);
      take(old, part);
    }
    tick();
  };

  // Asking for the page again. One question at a time; what changes meanwhile asks once more.
  let asking = false, again = false, waits = 0;
  const offline = (is) => { document.getElementById("offline").hidden = !is; };
  const ask = () => {
    if (asking) { again = true; return; }
    asking = true;
    const x = new XMLHttpRequest();
    const self = document.documentElement.dataset.self;
    x.open("GET", self);
    x.responseType = "document";
    x.timeout = 20000;
    x.onload = () => {
      const page = x.responseXML;
      if (x.status === 200 && page && new URL(x.responseURL).pathname === new URL(self, location).pathname) takeAll(page);
      else if (x.status === 200) location.reload(); // signed out: it is the page of signing in
      offline(x.status !== 200);
    };
    x.onerror = x.ontimeout = () => offline(true);
    x.onloadend = () => {
      asking = false;
      if (again) { again = false; ask(); }
    };
    x.send();
  };
  const soon = () => {
    clearTimeout(waits);
    waits = setTimeout(ask, 60);
  };

  // The stream. Where there is none, or no place in it, ask every ten seconds. A page
  // that nobody sees gives its stream up: by HTTP/1.1 a browser has six connections
  // for all of its tabs.
  let stream = null, poll = 0;
  const listen = () => {
    clearInterval(poll);
    if (stream) stream.close();
    if (document.hidden) {
      stream = null;
      poll = setInterval(ask, 30000);
      return;
    }
    stream = new EventSource("/events?seen=" + document.documentElement.dataset.seen);
    stream.onopen = () => {
      offline(false);
    };
    stream.addEventListener("changed", soon);
    stream.addEventListener("ended", () => location.reload());
    stream.onerror = () => {
      offline(true);
      if (stream.readyState === EventSource.CLOSED) {
        poll = setInterval(ask, 10000);
        ask();
      }
    };
  };

  setClock(document);
  remember(document);
  localTimes(document);
  tick();
  setInterval(tick, 250);
  listen();
  // What changes without a word of the stream: sessions come and go.
  const every = Number(document.documentElement.dataset.every);
  if (every > 0) setInterval(() => { if (!document.hidden) ask(); }, every * 1000);
  document.addEventListener("visibilitychange", () => {
    listen();
    if (!document.hidden) ask();
  });
  window.addEventListener("pageshow", (e) => { if (e.persisted) { listen(); ask(); } });
  window.addEventListener("pagehide", () => { if (stream) stream.close(); });

  // A form is sent once.
  document.addEventListener("submit", (e) => {
    if (e.target.method !== "post") return;
    if (e.target.dataset.sent) e.preventDefault();
    e.target.dataset.sent = "yes";
    setTimeout(() => { for (const b of e.target.querySelectorAll("button")) b.disabled = true; }, 0);
  });
  // A tap elsewhere closes the menu, and Escape does.
  const close = () => { for (const d of document.querySelectorAll("details[open]")) d.open = false; };
  document.addEventListener("click", (e) => { if (!e.target.closest("details")) close(); });
  document.addEventListener("keydown", (e) => { if (e.key === "Escape") close(); });
})();
