// The form of a card: bytes counted while typing, empty rows folded, and the preview and the call as the server makes them.
"use strict";

const form = document.getElementById("card-form");
const frame = document.querySelector("iframe[name=preview]");
const encoder = new TextEncoder();
const PAUSE = 350;
let waiting = 0;
let asked = 0;

function count(input) {
  const shown = document.querySelector(`[data-count="${CSS.escape(input.name)}"]`);
  const limit = Number(input.dataset.bytes);
  const used = encoder.encode(input.value.trim()).length;
  input.toggleAttribute("data-over", used > limit);
  if (shown) {
    shown.hidden = false;
    shown.textContent = form.dataset.bytesText.replace("{used}", used).replace("{limit}", limit);
    shown.toggleAttribute("data-over", used > limit);
  }
}

// Of rows that are empty, the first alone is shown.
function unfold(rows) {
  let spare = true;
  for (const row of rows) {
    const filled = [...row.querySelectorAll("input:not([type=file]), select, textarea")].some((one) => one.value);
    row.hidden = !filled && !spare;
    spare = spare && filled;
  }
}

function fold() {
  for (const list of form.querySelectorAll(".rows")) {
    unfold(list.querySelectorAll("[data-row]"));
  }
}

// A row changes places with the one before: what stands in them does.
function moveUp(event) {
  const row = event.target.closest("[data-row]");
  const [here, there] = [row, row.previousElementSibling].map((one) => [
    ...one.querySelectorAll("select, input:not([type=file])"),
  ]);
  here.forEach((input, place) => {
    [input.value, there[place].value] = [there[place].value, input.value];
  });
  const [mine, other] = [row, row.previousElementSibling].map((one) => one.querySelector(".picture-shown"));
  const kept = [...mine.childNodes];
  mine.replaceChildren(...other.childNodes);
  other.replaceChildren(...kept);
  fold();
  later();
}

function sent() {
  const data = new FormData(form);
  for (const name of [...data.keys()].filter((one) => one.endsWith(".file"))) {
    data.delete(name);
  }
  return data;
}

function quiet(event) {
  if (event.target.closest("a, button")) {
    event.preventDefault();
  }
}

// What the platform says of a field is shown once somebody has left it, and renewed where it is shown already.
function judge(faults) {
  for (const field of form.querySelectorAll(".field[data-field]")) {
    const { field: name } = field.dataset;
    const shown = document.getElementById(`${name}-fault`);
    const text = faults[name] ?? "";
    if (!text || !(shown || field.hasAttribute("data-left"))) {
      shown?.remove();
    } else if (shown) {
      shown.textContent = text;
    } else {
      const said = document.createElement("p");
      said.className = "wrong";
      said.id = `${name}-fault`;
      said.textContent = text;
      field.append(said);
    }
    field.classList.toggle("field-wrong", Boolean(document.getElementById(`${name}-fault`)));
    const input = document.getElementById(name);
    input?.setAttribute("aria-invalid", field.classList.contains("field-wrong"));
    if (input && text) {
      input.setAttribute("aria-describedby", `${name}-fault ${name}-hint`);
    }
  }
}

async function refresh() {
  const turn = ++asked;
  const answer = await fetch(form.dataset.preview, {
    method: "POST",
    body: sent(),
    headers: { accept: "application/json" },
  });
  if (!answer.ok || turn !== asked) {
    return;
  }
  const { page, request, faults } = await answer.json();
  const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("main");
  const shown = frame.contentDocument?.querySelector("main");
  if (shown && fresh && turn === asked) {
    const open = [...shown.querySelectorAll("details")].map((one) => one.open);
    shown.replaceWith(frame.contentDocument.adoptNode(fresh));
    fresh.querySelectorAll("details").forEach((one, place) => {
      one.open = open[place] ?? one.open;
    });
  }
  document.getElementById("request-body").textContent = request.text;
  document.getElementById("request-curl").textContent = request.curl;
  judge(faults ?? {});
}

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(() => refresh().catch(() => {}), PAUSE);
}

form.addEventListener("input", (event) => {
  if (event.target.dataset.bytes) {
    count(event.target);
  }
  fold();
  later();
});
form.addEventListener("change", (event) => {
  event.target.closest(".field[data-field]")?.setAttribute("data-left", "");
});
frame.addEventListener("load", () => {
  frame.contentDocument?.addEventListener("click", quiet);
  later();
});
for (const input of form.querySelectorAll("[data-bytes]")) {
  count(input);
}
for (const button of form.querySelectorAll("[data-up]")) {
  button.hidden = false;
  button.addEventListener("click", moveUp);
}
for (const button of form.querySelectorAll("[data-noscript]")) {
  button.hidden = true;
}
fold();
if (frame.contentDocument?.readyState === "complete") {
  frame.contentDocument.addEventListener("click", quiet);
}
later();
