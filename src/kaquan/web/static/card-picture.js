// Pictures of a form: sent as soon as they are chosen; a square one is cut out by hand first.
"use strict";

const fields = document.getElementById("card-form") ?? document.querySelector("form[data-pictures]");
const dialog = document.getElementById("crop");
const canvas = dialog?.querySelector("canvas");
const zoom = dialog?.querySelector("input");
const STEP = 10;
let cut = null;

function draw() {
  const side = canvas.width;
  const scale = (side / Math.min(cut.picture.width, cut.picture.height)) * (zoom.value / 100);
  const [width, height] = [cut.picture.width * scale, cut.picture.height * scale];
  cut.left = Math.min(0, Math.max(side - width, cut.left));
  cut.top = Math.min(0, Math.max(side - height, cut.top));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, side, side);
  pen.drawImage(cut.picture, cut.left, cut.top, width, height);
}

function move(right, down) {
  cut.left += right;
  cut.top += down;
  draw();
}

async function send(box, blob) {
  const data = new FormData();
  data.append("picture", blob, "picture");
  data.append("shape", box.dataset.shape);
  data.append("csrf", fields.querySelector("[name=csrf]").value);
  const answer = await fetch(fields.dataset.pictures, { method: "POST", body: data });
  const { url, text } = await answer.json();
  complain(box, url ? "" : text);
  if (url) {
    show(box, url);
  }
}

function show(box, url) {
  const address = box.querySelector("input[type=url]");
  const image = document.createElement("img");
  image.alt = "";
  image.src = new URL(url).pathname;
  box.querySelector(".picture-shown").replaceChildren(image);
  box.querySelector("input[type=file]").value = "";
  address.value = url;
  address.dispatchEvent(new Event("input", { bubbles: true }));
}

function complain(box, text) {
  box.querySelector(".wrong")?.remove();
  if (text) {
    const said = document.createElement("p");
    said.className = "wrong";
    said.setAttribute("role", "alert");
    said.textContent = text;
    box.append(said);
  }
}

async function chosen(event) {
  const box = event.target.closest("[data-picture]");
  const [file] = event.target.files;
  if (!file) {
    return;
  }
  if (!box.dataset.shape) {
    await send(box, file);
    return;
  }
  try {
    cut = { box, picture: await createImageBitmap(file), left: 0, top: 0 };
  } catch {
    complain(box, dialog.dataset.failed);
    return;
  }
  const side = Math.min(cut.picture.width, cut.picture.height);
  cut.left = (-(cut.picture.width - side) / 2) * (canvas.width / side);
  cut.top = (-(cut.picture.height - side) / 2) * (canvas.width / side);
  zoom.value = 100;
  draw();
  dialog.showModal();
}

for (const input of fields?.querySelectorAll("[data-picture] input[type=file]") ?? []) {
  input.addEventListener("change", (event) => chosen(event).catch(() => {}));
}
for (const input of fields?.querySelectorAll("[data-picture] input[type=url]") ?? []) {
  input.addEventListener("change", (event) => complain(event.target.closest("[data-picture]"), ""));
}
if (dialog) {
  const keys = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
  canvas.addEventListener("keydown", (event) => {
    if (keys[event.key]) {
      event.preventDefault();
      move(...keys[event.key]);
    }
  });
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) {
      move(event.movementX, event.movementY);
    }
  });
  zoom.addEventListener("input", draw);
  dialog.querySelector("[value=cancel]").addEventListener("click", () => dialog.close());
  dialog.querySelector("[value=use]").addEventListener("click", () => {
    dialog.close();
    canvas.toBlob((blob) => send(cut.box, blob).catch(() => {}), "image/png");
  });
}
