// A checkbox with data-live="ID" keeps the part of the page with that id as the server has it, every data-every seconds:
// as the page itself is now, or the page named in data-from; data-begin="on" has it so from the start.
"use strict";

for (const box of document.querySelectorAll("[data-live]")) {
  const key = `live ${location.pathname}`;
  let timer = 0;

  async function look() {
    const answer = await fetch(box.dataset.from ?? location.href, { headers: { accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || document.hidden) {
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(box.dataset.live);
    const shown = document.getElementById(box.dataset.live);
    if (fresh && fresh.innerHTML !== shown.innerHTML) {
      shown.replaceChildren(...fresh.childNodes);
    }
  }

  function follow() {
    clearInterval(timer);
    sessionStorage.setItem(key, box.checked ? "on" : "off");
    timer = box.checked ? setInterval(look, Number(box.dataset.every) * 1000) : 0;
  }

  box.checked = !box.disabled && (sessionStorage.getItem(key) ?? box.dataset.begin) === "on";
  box.addEventListener("change", follow);
  follow();
}
