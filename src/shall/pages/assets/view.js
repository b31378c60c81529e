// Fills a view in an MCP client with what a tool answered (see shall/pages/views.py). Messages
// come from the client that shows it and from nowhere else; their values are set as text alone.

const PROTOCOL = "2026-01-26"; // of the extension MCP Apps
const MOST_ROWS = 500;
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]/g;

const main = document.getElementById("view");
let language = "en";
let answer = null;

// --- values as text

function shown(value) {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") return value.toLocaleString(language);
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.replace(UNSEEN, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function isThere(value) {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

// --- a template and a value become a part of the page

function fill(part, value, pills) {
  const of = (name) => (name === "." ? value : Object(value)[name]);
  const each = (name, act) => {
    for (const element of part.querySelectorAll(`[data-${name}]`)) act(element, element.dataset[name]);
  };
  each("when", (element, name) => { element.hidden = !isThere(of(name)); });
  each("unless", (element, name) => { element.hidden = isThere(of(name)); });
  each("field", (element, name) => { element.textContent = shown(of(name)); });
  each("pill", (element, name) => element.replaceChildren(pill(pills, of(name))));
  each("counts", (element, name) => element.replaceChildren(...counted(pills, Object(of(name)))));
  each("share", (element, names) => draw(element.querySelector("svg"), names, of));
  each("rows", (element, name) => {
    const items = of(name);
    if (!Array.isArray(items)) return;
    const row = element.querySelector("template");
    element.append(...items.map((item) => fill(row.content.cloneNode(true), item, pills)));
  });
  return part;
}

function pill(pills, name) {
  const known = [...pills.children].find((each) => each.dataset.name === String(name));
  const made = known ? known.firstElementChild.cloneNode(true) : document.createElement("span");
  if (!known) {
    made.className = "pill";
    made.textContent = shown(name);
  }
  return made;
}

function counted(pills, counts) {
  return Object.entries(counts).filter(([, count]) => count).map(([name, count]) => {
    const made = pill(pills, name);
    made.prepend(`${shown(count)} `);
    const item = document.createElement("li");
    item.append(made);
    return item;
  });
}

function draw(chart, names, of) {
  const counts = names.split(" ").map((each) => each.split("="))
    .map(([name, kind]) => [kind, Number(of(name)) || 0]);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  let start = 0;
  for (const [kind, count] of counts) {
    if (!count) continue;
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const values = { class: kind, x: start, width: (100 * count) / total, height: 10 };
    for (const [name, value] of Object.entries(values)) bar.setAttribute(name, value);
    chart.append(bar);
    start += (100 * count) / total;
  }
}

// --- the answer

function read(result) {
  if (result.structuredContent) return result.structuredContent;
  const text = (result.content ?? []).map((each) => each.text ?? "").join("\n");
  try {
    const value = JSON.parse(text);
    return value instanceof Object ? value : { plain_text: text };
  } catch {
    return { plain_text: text };
  }
}

function bounded(value) {
  const few = { ...value };
  for (const [name, items] of Object.entries(value)) {
    if (!Array.isArray(items) || items.length <= MOST_ROWS) continue;
    few[name] = items.slice(0, MOST_ROWS);
    few[`more_${name}`] = (Number(value[`more_${name}`]) || 0) + items.length - MOST_ROWS;
  }
  few.is_answer = !(value.error_message || value.is_cancelled || value.plain_text);
  few.none_ran = !value.has_failures && !value.passed;
  few.all_passed = !value.has_failures && !few.none_ran && value.passed === value.total;
  few.some_passed = !value.has_failures && !few.none_ran && !few.all_passed;
  return few;
}

function show() {
  if (answer === null) return;
  const template = document.querySelector(`template[data-language=${language}]`);
  const part = template.content.cloneNode(true);
  const pills = part.querySelector("template[data-pills]");
  pills.remove();
  main.replaceChildren(fill(part, bounded(answer), pills.content));
  const bad = answer.has_failures || answer.error_message;
  main.querySelector(".head:not([hidden])")?.classList.toggle("failed", Boolean(bad));
}

function take(context) {
  if (context.theme) document.documentElement.dataset.theme = context.theme;
  if (!context.locale) return;
  language = /^zh\b/i.test(context.locale) ? "zh" : "en";
  document.documentElement.lang = language;
  for (const waiting of main.querySelectorAll(":scope > [lang]")) waiting.hidden = waiting.lang !== language;
  show();
}

// --- the client: JSON-RPC by messages

const send = (message) => window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");

const NOTICES = {
  "ui/notifications/tool-result": (params) => { answer = read(params); show(); },
  "ui/notifications/tool-cancelled": () => { answer = { is_cancelled: true }; show(); },
  "ui/notifications/host-context-changed": take,
};

window.addEventListener("message", (event) => {
  const message = event.data;
  if (event.source !== window.parent || message?.jsonrpc !== "2.0") return;
  if (message.id === "initialize" && message.result) {
    take(message.result.hostContext ?? {});
    send({ method: "ui/notifications/initialized" });
    new ResizeObserver(() => {
      const { width, height } = document.documentElement.getBoundingClientRect();
      const size = { width: Math.ceil(width), height: Math.ceil(height) };
      send({ method: "ui/notifications/size-changed", params: size });
    }).observe(document.documentElement);
  } else if (Object.hasOwn(NOTICES, message.method)) {
    NOTICES[message.method](message.params ?? {});
  } else if (message.method === "ping" || message.method === "ui/resource-teardown") {
    send({ id: message.id, result: {} });
  } else if (message.method && message.id !== undefined) {
    send({ id: message.id, error: { code: -32601, message: `Unknown method ${message.method}` } });
  }
});

send({
  id: "initialize",
  method: "ui/initialize",
  params: {
    protocolVersion: PROTOCOL,
    appInfo: { name: "shall", version: "1" },
    appCapabilities: { availableDisplayModes: ["inline"] },
  },
});
