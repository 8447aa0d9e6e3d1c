// The till: the camera, and a press that is sure of its answer. Without this script the forms work by themselves.
"use strict";

const PATIENCE_MS = 8000;
const PAUSES_MS = [500, 1000, 2000, 4000, 8000];
const FRAME_MS = 500;
const FRAME_WIDTH = 800;
const SYMBOLS = ["qr_code", "code_128"];
const kept = { camera: "kaquan_till_camera", beep: "kaquan_till_beep" };

function remembers(name) {
  return localStorage.getItem(name) === "1";
}

function remember(name, on) {
  localStorage.setItem(name, on ? "1" : "0");
}

function signal(mood) {
  if (!mood || !remembers(kept.beep)) {
    return;
  }
  navigator.vibrate?.(mood === "yes" ? 80 : [80, 60, 80]);
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  tone.frequency.value = mood === "yes" ? 1200 : 300;
  tone.connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.15);
  tone.onended = () => audio.close();
}

// A press. Its key stays the same however often it is sent, so the server redeems once and always answers the same.

let pending = false;

function pause(milliseconds) {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    const now = () => {
      clearTimeout(timer);
      done();
    };
    addEventListener("online", now, { once: true });
    document.addEventListener("till-again", now, { once: true });
  });
}

// The answer to this very press as a page, or null where nothing is known.
async function ask(form) {
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const till = page.getElementById("till");
    if (answer.ok && till?.dataset.answer === form.elements.key.value) {
      return { till, title: page.title, url: answer.url };
    }
    // Signed out, or not allowed any more: the page itself says so, and the code as it is.
    return answer.status < 500 && page.body.classList.contains("desk") ? { moved: true } : null;
  } catch {
    return null;
  }
}

async function press(form) {
  const said = form.querySelector(".said");
  const button = form.querySelector("button");
  const label = button.textContent;
  pending = true;
  button.disabled = true;
  button.textContent = form.dataset.busy;
  for (let tries = 0; ; tries += 1) {
    const answer = await ask(form);
    if (answer) {
      pending = false;
      return answer;
    }
    said.textContent = form.dataset.unknown;
    // What was true of the code before the press may not be any more.
    document.querySelectorAll("#till > .verdict, #till > .leave").forEach((one) => one.remove());
    button.disabled = false;
    button.textContent = form.dataset.again;
    await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
    button.disabled = true;
    button.textContent = label;
  }
}

function take(answer, form) {
  if (answer.moved) {
    location.assign(`${form.action}?${new URLSearchParams({ code: form.elements.code.value, card_id: form.elements.card_id.value })}`);
    return;
  }
  const till = document.getElementById("till");
  till.replaceWith(document.adoptNode(answer.till));
  document.title = answer.title;
  if (answer.url.includes("/receipt?")) {
    history.replaceState(null, "", answer.url);
  }
  scrollTo(0, 0);
  begin();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-sure]")) {
    return;
  }
  event.preventDefault();
  if (pending) {
    document.dispatchEvent(new Event("till-again"));
    return;
  }
  take(await press(form), form);
});

addEventListener("beforeunload", (event) => {
  if (pending) {
    event.preventDefault();
  }
});

// The camera.

let stream = null;

function close() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
}

function readHere() {
  if (!("BarcodeDetector" in window)) {
    return null;
  }
  const detector = new BarcodeDetector({ formats: SYMBOLS });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? "";
}

function readThere(place) {
  const canvas = document.createElement("canvas");
  const csrf = place.dataset.csrf;
  return async (video) => {
    canvas.width = Math.min(FRAME_WIDTH, video.videoWidth);
    canvas.height = Math.round((video.videoHeight * canvas.width) / video.videoWidth);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    const body = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.7));
    const answer = await fetch(place.dataset.scan, { method: "POST", body, headers: { "x-csrf": csrf, accept: "application/json" } });
    return answer.ok ? ((await answer.json()).code ?? "") : "";
  };
}

async function readers(place) {
  const formats = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats() : [];
  return SYMBOLS.every((one) => formats.includes(one)) ? readHere() : readThere(place);
}

async function look(place, video) {
  const read = await readers(place);
  // The code that was just redeemed is still before the camera.
  const last = document.getElementById("till").dataset.last;
  while (stream) {
    let code = "";
    try {
      code = video.videoWidth ? await read(video) : "";
    } catch {
      // A frame that was lost on the way; the next one comes.
    }
    if (code && code !== last && stream) {
      close();
      const box = document.querySelector("[data-box]");
      box.elements.code.value = code;
      box.requestSubmit();
      return;
    }
    await new Promise((done) => setTimeout(done, FRAME_MS));
  }
}

async function open(place) {
  const video = place.querySelector("video");
  const said = place.querySelector(".said");
  said.textContent = "";
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch (fault) {
    said.textContent = fault.name === "NotAllowedError" ? place.dataset.denied : place.dataset.missing;
    remember(kept.camera, false);
    return;
  }
  remember(kept.camera, true);
  video.srcObject = stream;
  await video.play();
  show(place);
  look(place, video);
}

function show(place) {
  const button = place.querySelector("button");
  place.querySelector(".view").hidden = !stream;
  button.textContent = stream ? button.dataset.off : button.dataset.on;
  button.classList.toggle("button-primary", !stream);
}

function camera(place) {
  // Without https a browser gives no camera; the box below is there.
  place.hidden = !navigator.mediaDevices?.getUserMedia;
  place.querySelector("button").addEventListener("click", async () => {
    if (stream) {
      close();
      remember(kept.camera, false);
      show(place);
    } else {
      await open(place);
    }
  });
  if (!place.hidden && remembers(kept.camera)) {
    open(place);
  }
}

function begin() {
  close();
  const till = document.getElementById("till");
  const beep = till.querySelector("[data-beep]");
  if (beep) {
    beep.closest("label").hidden = false;
    beep.checked = remembers(kept.beep);
    beep.addEventListener("change", () => remember(kept.beep, beep.checked));
  }
  const place = till.querySelector("[data-camera]");
  if (place) {
    camera(place);
  }
  // On a phone the keyboard would lie over the camera.
  if (matchMedia("(pointer: coarse)").matches) {
    document.activeElement?.blur();
  }
  signal(till.dataset.mood);
}

// A hand scanner types wherever it likes.
document.addEventListener("keydown", (event) => {
  const box = document.querySelector("[data-box] input");
  if (box && event.target === document.body && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
    box.focus();
  }
});

begin();
