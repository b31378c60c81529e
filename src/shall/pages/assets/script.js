// What the pages do beyond HTML. No page needs it to be read. Everything is set as text:
// the policy of the pages forbids markup and code that is made from text (Trusted Types).

// --- ages: <time datetime="..." data-age> says how long ago it was, as of now

const SPANS = [["day", 86400], ["hour", 3600], ["minute", 60]];

function showAges() {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
  for (const time of document.querySelectorAll("time[data-age]")) {
    const seconds = Math.max(0, (Date.now() - Date.parse(time.dateTime)) / 1000);
    const [unit, length] = SPANS.find(([, span]) => seconds >= span) ?? ["second", 1];
    time.textContent = words.format(-Math.floor(seconds / length), unit);
  }
}

showAges();
setInterval(() => document.hidden || showAges(), 60000);

// --- the languages of a saved file: a template has the page in the other one (pages/frame.py)

const other = document.querySelector("body > template[data-language]");
const CHOICE = "shall-language";

function switchLanguage() {
  const root = document.documentElement;
  const { language, title } = other.dataset;
  Object.assign(other.dataset, { language: root.lang, title: document.title });
  root.lang = language;
  document.title = title;
  const next = [...other.content.children];
  other.content.append(...[...document.body.children].filter((it) => !it.matches("template, script")));
  other.before(...next);
  showAges();
  openLinked();
  if (location.hash) location.replace(location.hash); // for :target, and to scroll there
}

function preferred() {
  const asked = navigator.languages.map((it) => it.slice(0, 2).toLowerCase());
  try {
    asked.unshift(sessionStorage.getItem(CHOICE));
  } catch { // a sandbox has no storage
  }
  return asked.find((it) => it === "en" || it === "zh");
}

if (other) {
  document.querySelector("[data-switch]").hidden = false;
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-switch] button")) return;
    switchLanguage();
    document.querySelector("[data-switch] button").focus({ preventScroll: true });
    try {
      sessionStorage.setItem(CHOICE, document.documentElement.lang);
    } catch { // as above: chosen until the page is loaded again
    }
  });
  if (preferred() === other.dataset.language) switchLanguage();
}

// --- shall-copy: a button that copies the text of the pre beside it

customElements.define("shall-copy", class extends HTMLElement {
  constructor() {
    super();
    this.addEventListener("click", async (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const before = button.textContent;
      const text = this.querySelector("pre");
      try {
        await navigator.clipboard.writeText(text.textContent);
      } catch { // no clipboard without HTTPS: the text is selected, to be copied by hand
        this.querySelector("details").open = true;
        getSelection().selectAllChildren(text);
        return;
      }
      button.textContent = this.dataset.done;
      setTimeout(() => { button.textContent = before; }, 2000);
    });
  }
});

// --- keyboard: / search, j and k rows, ? help

const ROWS = "[data-row], :is(.runs, .history, .first) > tbody > tr";

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

function linkedId() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch { // a lone percent sign
    return "";
  }
}

function openLinked() {
  const row = document.getElementById(linkedId());
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
  #first = null; // what was done of the one run when the page came

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
    if (this.dataset.source.includes("run=")) {
      this.#first ??= run.done;
      if (run.done !== this.#first) this.#offer();
    }
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
// --- login: no browser sends the row that a link names, so the form carries it

for (const next of document.querySelectorAll("form.login [name=next]")) {
  next.value = (next.value || "/") + location.hash;
}
// --- shall-index: search, filters and pages over the rows of a saved file (pages/index.py)

const WORD = /-?"[^"]+"|\S+/g;

const rowId = (key) => String(key).replaceAll("#", " ").trim().split(/\s+/).join("-");

const plain = (value) => Array.isArray(value)
  ? value.map(plain).join(Array.isArray(value[0]) ? "\n" : "")
  : String(value ?? "");

customElements.define("shall-index", class extends HTMLElement {
  connectedCallback() {
    if (!this.rows) this.read();
    addEventListener("hashchange", this.openLinked);
    this.openLinked();
  }

  disconnectedCallback() {
    removeEventListener("hashchange", this.openLinked);
  }

  read() {
    const data = JSON.parse(this.querySelector("script[type='application/json']").textContent);
    this.tables = data.tables;
    this.columns = new Map(data.columns.map((name, at) => [name, at]));
    this.rows = data.rows;
    this.chosen = this.rows;
    this.page = 0;
    this.length = Number(this.dataset.page);
    this.body = this.querySelector("[data-rows]");
    this.made = new Map([...this.body.querySelectorAll("[data-row]")].map((it) => [it.id, it]));
    this.form = this.querySelector("form");
    this.form.hidden = false;
    this.querySelector("[data-without-script]")?.remove();
    this.addEventListener("input", () => this.choose());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.addEventListener("click", (event) => {
      const step = event.target.closest("[data-step]");
      if (step && this.contains(step)) this.show(this.page + Number(step.dataset.step), true);
    });
    this.showCounts();
  }

  value(row, name) {
    const value = row[this.columns.get(name)];
    return this.text(name, value);
  }

  text(name, value) {
    const table = this.tables[name];
    if (!table) return value;
    return Array.isArray(value) ? value.map((it) => table[it]) : table[value] ?? value;
  }

  choose() {
    const words = this.form.querySelector("input[type=search]").value.toLowerCase().match(WORD) ?? [];
    const bare = (word) => word.replaceAll('"', "");
    const has = words.filter((word) => !word.startsWith("-")).map(bare);
    const hasNot = words.filter((word) => word.startsWith("-")).map((it) => bare(it.slice(1)));
    const wanted = [...this.form.elements]
      .filter((field) => field.matches("select[data-facet], [data-facet]:checked") && field.value !== "")
      .map((field) => [this.columns.get(field.dataset.facet), field.value]);
    if (words.length && !this.texts) {
      const names = this.dataset.search.split(" ");
      this.texts = new Map(this.rows.map((row) =>
        [row, names.map((name) => plain(this.value(row, name))).join("\n").toLowerCase()]));
    }
    this.chosen = this.rows.filter((row) => {
      for (const [column, value] of wanted) {
        if (![row[column]].flat().some((it) => String(it) === value)) return false;
      }
      if (!words.length) return true;
      const text = this.texts.get(row);
      return has.every((it) => text.includes(it)) && !hasNot.some((it) => it && text.includes(it));
    });
    this.show(0);
  }

  show(page, scrolls = false) {
    const last = Math.max(Math.ceil(this.chosen.length / this.length) - 1, 0);
    this.page = Math.min(Math.max(page, 0), last);
    const shown = this.chosen.slice(this.page * this.length, (this.page + 1) * this.length);
    const group = this.querySelector("template[data-group-template]");
    const drawn = [];
    let before;
    for (const row of shown) {
      const name = group && `${this.value(row, "feature")}\n${this.value(row, "group")}`;
      if (group && name !== before) drawn.push(this.filled(group, row));
      before = name;
      drawn.push(this.element(row));
    }
    this.body.replaceChildren(...drawn);
    this.showCounts();
    showAges();
    if (scrolls) this.scrollIntoView();
  }

  showCounts() {
    const total = this.chosen.length;
    const first = this.page * this.length + 1;
    const count = (number) => number.toLocaleString("en");
    const text = total === 0 ? this.dataset.nothing : this.dataset.pager
      .replace("{first}", count(first))
      .replace("{last}", count(Math.min(first + this.length - 1, total)))
      .replace("{total}", count(total));
    for (const pages of this.querySelectorAll("[data-pages]")) {
      pages.hidden = false;
      pages.querySelector("span").textContent = text;
      const [back, on] = pages.querySelectorAll("[data-step]");
      back.hidden = this.page === 0;
      on.hidden = first + this.length > total;
    }
  }

  element(row) {
    const id = rowId(this.value(row, this.dataset.id));
    if (!this.made.has(id)) {
      const made = this.filled(this.querySelector("template[data-row-template]"), row);
      made.id = id;
      this.made.set(id, made);
    }
    return this.made.get(id);
  }

  filled(template, row) {
    const made = template.content.firstElementChild.cloneNode(true);
    this.fill(made, (name) => row[this.columns.get(name)]);
    return made;
  }

  fill(root, raw) {
    for (const link of root.querySelectorAll("[data-link]")) {
      link.setAttribute("href", `#${encodeURIComponent(rowId(raw(link.dataset.link)))}`);
    }
    for (const cell of [...root.querySelectorAll("[data-cell]")]) {
      const name = cell.dataset.cell;
      const value = raw(name);
      if (value === "" || value == null || (cell.dataset.kind === "time" && !value)) cell.remove();
      else this.set(cell, name, value);
    }
  }

  set(cell, name, value) {
    const kind = cell.dataset.kind;
    if (kind === "values") {
      const known = this.querySelector(`template[data-values="${name}"]`).content.children[value];
      cell.replaceWith(known.cloneNode(true));
    } else if (kind === "list") {
      const item = cell.querySelector("template");
      const columns = cell.dataset.columns.split(" ");
      cell.replaceChildren(...this.text(name, value).map((part) => {
        const made = item.content.firstElementChild.cloneNode(true);
        this.fill(made, (it) => part[columns.indexOf(it)]);
        return made;
      }));
    } else if (kind === "marked") {
      cell.replaceChildren(...value.map((part, at) => {
        if (at % 2 === 0) return part;
        const word = document.createElement("b");
        word.className = "keyword";
        word.textContent = part;
        return word;
      }));
    } else if (kind === "time") {
      cell.dateTime = new Date(value * 1000).toISOString();
      cell.title = cell.dateTime;
    } else {
      cell.textContent = plain(this.text(name, value));
    }
  }

  openLinked = () => {
    const id = linkedId();
    if (!id || document.getElementById(id)) return;
    const at = this.rows.findIndex((row) => rowId(this.value(row, this.dataset.id)) === id);
    if (at < 0) return;
    this.form.reset();
    this.chosen = this.rows;
    this.show(Math.floor(at / this.length));
    document.getElementById(id).scrollIntoView();
    this.body.querySelector(".linked")?.classList.remove("linked");
    document.getElementById(id).classList.add("linked");
  };
});
