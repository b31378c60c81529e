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

// --- login: no browser sends the row that a link names, so the form carries it

for (const next of document.querySelectorAll("form.login [name=next]")) {
  next.value = (next.value || "/") + location.hash;
}
