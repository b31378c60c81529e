// What the pages do beyond HTML. No page needs it to be read. Everything is set as text:
// the policy of the pages forbids markup and code that is made from text (Trusted Types).

const language = document.documentElement.lang;

// --- ages: <time datetime="..." data-age> says how long ago it was, as of now

const SPANS = [["day", 86400], ["hour", 3600], ["minute", 60]];

function showAges() {
  const words = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  for (const time of document.querySelectorAll("time[data-age]")) {
    const seconds = Math.max(0, (Date.now() - Date.parse(time.dateTime)) / 1000);
    const [unit, length] = SPANS.find(([, span]) => seconds >= span) ?? ["second", 1];
    time.textContent = words.format(-Math.floor(seconds / length), unit);
  }
}

showAges();
setInterval(() => document.hidden || showAges(), 60000);

// --- shall-copy: a button that copies the text of the pre beside it

customElements.define("shall-copy", class extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", async (event) => {
      const button = event.currentTarget;
      const before = button.textContent;
      await navigator.clipboard.writeText(this.querySelector("pre").textContent);
      button.textContent = this.dataset.done;
      setTimeout(() => { button.textContent = before; }, 2000);
    });
  }
});

// --- keyboard: / search, j and k rows, ? help

const ROWS = "[data-row]";

function move(step) {
  const rows = [...document.querySelectorAll(ROWS)].filter((row) => row.checkVisibility());
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  const target = row?.querySelector("a, summary, button") ?? row;
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  "/": () => document.querySelector("input[type=search]")?.focus(),
  j: () => move(1),
  k: () => move(-1),
  "?": () => document.getElementById("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key]();
});

// --- a link to a row opens it

function openLinked() {
  const row = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const details = row && row.closest("details");
  if (details) details.open = true;
}

addEventListener("hashchange", openLinked);
openLinked();

// --- shall-live: follows runs that go on; what is renewed is found by data-live-run and data-live

const OUTCOMES = ["passed", "failed", "error", "skipped"];
const SLOWEST_MS = 60000;

customElements.define("shall-live", class extends HTMLElement {
  #stream = null;
  #wait = 0; // until the next try, in milliseconds
  #again = 0;
  #over = false;
  #known = new Set();

  connectedCallback() {
    // only runs that went on when the page was made
    for (const part of document.querySelectorAll("[data-live-run]")) {
      this.#known.add(part.dataset.liveRun);
    }
    document.addEventListener("visibilitychange", this.#turn);
    addEventListener("pagehide", this.#close);
    this.#turn();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#turn);
    removeEventListener("pagehide", this.#close);
    this.#close();
  }

  #turn = () => {
    this.#close();
    if (!document.hidden && !this.#over) this.#open();
  };

  #close = () => {
    clearTimeout(this.#again);
    this.#stream?.close();
    this.#stream = null;
  };

  #open() {
    const stream = this.#stream = new EventSource(this.dataset.source);
    stream.addEventListener("open", () => {
      if (this.#wait) this.#say("");
      this.#wait = 0;
    });
    stream.addEventListener("run", (event) => this.#take(JSON.parse(event.data)));
    stream.addEventListener("error", () => {
      if (stream !== this.#stream || stream.readyState !== EventSource.CLOSED) return;
      this.#say(this.dataset.lost);
      this.#wait = Math.min(Math.max(2 * this.#wait, 2000), SLOWEST_MS);
      this.#again = setTimeout(this.#turn, this.#wait);
    });
  }

  #take(run) {
    const parts = document.querySelectorAll(`[data-live-run="${CSS.escape(run.run)}"]`);
    for (const part of parts) renew(part, run);
    if (!this.#known.has(run.run) && !run.ended) {
      this.#known.add(run.run);
      this.#say(this.dataset.begun);
      this.#offer();
    } else if (run.ended && this.#known.has(run.run)) {
      this.#known.delete(run.run);
      this.#say(run.ended);
      this.#offer();
      if (this.dataset.source.includes("run=")) {
        this.#over = true;
        this.#close();
      }
    }
  }

  #say(text) {
    this.querySelector("[data-live-said]").textContent = text;
  }

  #offer() {
    this.querySelector("a").hidden = false;
  }
});

function renew(part, run) {
  for (const each of part.querySelectorAll("[data-live]")) {
    each.textContent = run[each.dataset.live] ?? "";
  }
  for (const each of part.querySelectorAll("[data-live-count]")) {
    each.textContent = run.counts[each.dataset.liveCount] ?? 0;
  }
  for (const form of part.querySelectorAll("form.stop")) form.hidden = run.status !== "running";
  const chart = part.querySelector("svg.share");
  if (!chart || !run.total) return;
  let start = 0;
  const bars = OUTCOMES.filter((name) => run.counts[name]).map((name) => {
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const width = (100 * run.counts[name]) / run.total;
    const values = { class: name, x: start, width, height: 10 };
    for (const [key, value] of Object.entries(values)) bar.setAttribute(key, value);
    start += width;
    return bar;
  });
  chart.replaceChildren(...bars);
}
