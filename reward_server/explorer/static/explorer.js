// What the page does beyond its forms: sends them without a reload (with the token, where one is
// needed), moves the map, copies, and shows a file of rollouts. Without this script the forms work.
"use strict";

const main = document.getElementById("main");
const status = document.getElementById("status");
let token = "";

function headers(more) {
  return token ? { Authorization: `Bearer ${token}`, ...more } : more;
}

async function ask(url, options = {}) {
  const reply = await fetch(url, { ...options, headers: headers({ "X-Part": "1", ...options.headers }) });
  const text = await reply.text();
  if (reply.ok) return text;
  let message = `${reply.status} ${reply.statusText}`;
  try {
    message = JSON.parse(text).error.message;
  } catch {
    // not one of the service's own refusals
  }
  throw Object.assign(new Error(message), { status: reply.status });
}

function told(error) {
  return error instanceof TypeError ? "The service could not be reached." : `Refused: ${error.message}`;
}

// The service's own pages, in which every text is escaped.
function put(place, html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  place.replaceChildren(...parsed.body.childNodes);
}

// -- the form

let sent = 0;

// What stands in the inputs of a form; several may have one name, as the options have.
function typed(form) {
  return new Map([...form.elements].filter((input) => input.id).map((input) => [input.id, input.value]));
}

async function send(form, button) {
  const number = ++sent;
  const bench = document.getElementById("workbench");
  const before = typed(form);
  const data = new URLSearchParams(new FormData(form));
  if (button) data.set(button.name, button.value);
  const action = data.get("do") || "score";
  const files = document.getElementById("files");
  bench.classList.add("busy");
  bench.setAttribute("aria-busy", "true");
  try {
    const html = await ask("explorer", { method: "POST", body: data });
    if (number !== sent) return; // a later one is on its way
    const now = typed(form);
    put(main, html);
    for (const [id, value] of now) { // what was typed in the meantime stays
      const own = document.getElementById(id);
      if (own && value !== before.get(id)) own.value = value;
    }
    const own = document.getElementById("files");
    if (files && own) own.replaceWith(files); // the file that is shown stays
    awake();
    const verdict = document.getElementById("verdict");
    const reward = document.querySelector(".reward strong");
    status.textContent = `${verdict.textContent.trim()}${reward ? `, reward ${reward.textContent}` : ""}`;
    if (action === "score" || action.startsWith("sample")) {
      verdict.focus({ preventScroll: true });
      if (verdict.getBoundingClientRect().top > innerHeight || verdict.getBoundingClientRect().top < 0) {
        verdict.scrollIntoView({ block: "start" });
      }
    } else if (button && button.id) {
      document.getElementById(button.id)?.focus({ preventScroll: true });
    } else if (action.startsWith("map")) {
      document.querySelector(".tools button[name=do]")?.focus({ preventScroll: true });
    } else {
      document.querySelector("button[value=random]")?.focus({ preventScroll: true });
    }
  } catch (error) {
    if (number !== sent) return;
    bench.classList.remove("busy");
    bench.removeAttribute("aria-busy");
    status.textContent = told(error);
    let place = document.getElementById("send-error");
    if (!place) {
      place = Object.assign(document.createElement("p"), { id: "send-error", className: "error" });
      place.setAttribute("role", "alert");
      document.getElementById("bench-form").append(place);
    }
    place.textContent = told(error);
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "bench-form") {
    event.preventDefault();
    send(form, event.submitter);
  } else if (form.id === "file-form") {
    event.preventDefault();
    list(1);
  } else if (form.id === "token-form") {
    event.preventDefault();
    open(form);
  }
});

document.addEventListener("change", (event) => {
  const asks = event.target.dataset?.asks;
  if (asks) send(event.target.form, { name: "do", value: asks, id: event.target.id });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "completion") {
    event.preventDefault();
    event.target.form.requestSubmit(event.target.form.querySelector("button.main"));
  }
});

// -- the token

async function open(form) {
  const fault = document.getElementById("token-error");
  token = document.getElementById("token").value.trim();
  fault.textContent = "";
  try {
    put(main, await ask(main.dataset.source.replace(/^\//, "")));
    form.hidden = true;
    awake();
    main.focus();
    status.textContent = "Opened.";
  } catch (error) {
    token = "";
    fault.textContent = told(error);
  }
}

// -- the map

// Pixels of the screen to one of the map: letters are 14 pixels of the map.
const SMALLEST = 0.55;
const READABLE = 0.75;

function chart() {
  return document.querySelector(".chart");
}

function boxOf(svg) {
  return svg.getAttribute("viewBox").split(" ").map(Number);
}

function show(svg, box) {
  svg.setAttribute("viewBox", box.map((value) => value.toFixed(1)).join(" "));
}

function zoom(svg, by, at) {
  const [x, y, width, height] = boxOf(svg);
  const [, , whole] = svg.dataset.whole.split(" ").map(Number);
  const wide = Math.min(Math.max(width / by, 120), whole * 2);
  const factor = wide / width;
  const [fx, fy] = at ?? [0.5, 0.5];
  show(svg, [x + width * (1 - factor) * fx, y + height * (1 - factor) * fy, wide, height * factor]);
}

function move(svg, dx, dy) {
  const [x, y, width, height] = boxOf(svg);
  show(svg, [x + dx * width, y + dy * height, width, height]);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const svg = chart();
  if (button.dataset.zoom) zoom(svg, Number(button.dataset.zoom));
  if (button.dataset.view) {
    svg.setAttribute("viewBox", svg.dataset[button.dataset.view] ?? svg.dataset.whole);
  }
  if (button.dataset.copies) copy(button);
  if (button.dataset.page) list(Number(button.dataset.page));
  if (button.dataset.fields) fill(JSON.parse(button.dataset.fields));
});

document.addEventListener("keydown", (event) => {
  const svg = chart();
  if (!svg || !event.target.classList?.contains("sheet")) return;
  const steps = { ArrowLeft: [-0.12, 0], ArrowRight: [0.12, 0], ArrowUp: [0, -0.12], ArrowDown: [0, 0.12] };
  if (steps[event.key]) move(svg, ...steps[event.key]);
  else if (event.key === "+" || event.key === "=") zoom(svg, 1.3);
  else if (event.key === "-") zoom(svg, 1 / 1.3);
  else return;
  event.preventDefault();
});

document.addEventListener("wheel", (event) => {
  const svg = event.target.closest?.(".chart");
  if (!svg || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  const frame = svg.getBoundingClientRect();
  zoom(svg, event.deltaY < 0 ? 1.15 : 1 / 1.15, [(event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height]);
}, { passive: false });

document.addEventListener("pointerdown", (event) => {
  const svg = event.target.closest?.(".chart");
  if (!svg || event.button !== 0) return;
  const sheet = svg.parentElement;
  const [x, y, width, height] = boxOf(svg);
  const frame = svg.getBoundingClientRect();
  const scale = Math.max(width / frame.width, height / frame.height);
  const drag = (moved) => show(svg, [x - (moved.clientX - event.clientX) * scale, y - (moved.clientY - event.clientY) * scale, width, height]);
  const drop = () => {
    sheet.classList.remove("dragging");
    removeEventListener("pointermove", drag);
    removeEventListener("pointerup", drop);
    removeEventListener("pointercancel", drop);
  };
  sheet.classList.add("dragging");
  addEventListener("pointermove", drag);
  addEventListener("pointerup", drop);
  addEventListener("pointercancel", drop);
});

// -- copying

async function copy(button) {
  const text = document.getElementById(button.dataset.copies).textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(document.getElementById(button.dataset.copies));
    button.textContent = "Selected";
  }
  status.textContent = button.textContent;
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

// -- a file of rollouts

async function list(page) {
  const file = document.getElementById("file").files[0];
  const fault = document.getElementById("file-error");
  fault.textContent = "";
  if (!file) return;
  const profile = document.getElementById("profile").value;
  try {
    const query = new URLSearchParams({ profile, page });
    const html = await ask(`explorer/rollouts?${query}`, {
      method: "POST", body: file, headers: { "Content-Type": "application/x-ndjson" },
    });
    put(document.getElementById("file-groups"), html);
    const summary = document.getElementById("file-summary");
    summary.focus();
    status.textContent = summary.textContent;
  } catch (error) {
    fault.textContent = told(error);
  }
}

function fill(fields) {
  const form = document.getElementById("bench-form");
  const values = { ...fields, map: "", profile: document.getElementById("profile").value };
  // a task has fields of its own, so all are sent as they are and the form comes back with them
  const sent = document.createElement("form");
  for (const [name, value] of Object.entries(values)) {
    sent.append(Object.assign(document.createElement("textarea"), { name, value }));
  }
  send(sent, { name: "do", value: "score" });
  form.scrollIntoView({ block: "start" });
}

// What needs this script is hidden without it.
function awake() {
  const svg = chart();
  if (svg) {
    const [x, y, width, height] = boxOf(svg);
    const scale = Math.min(svg.clientWidth / width, svg.clientHeight / height);
    const pin = svg.querySelector(".pin circle");
    if (scale < SMALLEST && pin) { // on a narrow screen: begin where the question begins
      const [wide, high] = [svg.clientWidth / READABLE, svg.clientHeight / READABLE];
      const [px, py] = [Number(pin.getAttribute("cx")), Number(pin.getAttribute("cy"))];
      const inside = (at, from, all, part) => Math.min(Math.max(at - part / 2, from), from + all - part);
      show(svg, [inside(px, x, width, Math.min(wide, width)), inside(py, y, height, Math.min(high, height)), wide, high]);
    }
  }
  for (const part of document.querySelectorAll(".zoom, .copy, #file-form")) part.hidden = false;
  for (const button of document.querySelectorAll("[data-view=focus]")) {
    button.hidden = !chart()?.dataset.focus;
  }
}

awake();
