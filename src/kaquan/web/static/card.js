// Follows the state of a code, so that a card shows that it was used as soon as the till has used it.
const QUICK = 3000;
const SLOW = 60000;
const QUICK_FOR = 5 * 60000;

const card = document.querySelector("[data-watch]");
const opened = Date.now();
let timer = 0;

async function changed() {
  try {
    const answer = await fetch(card.dataset.watch, { headers: { accept: "application/json" }, cache: "no-store" });
    return answer.ok && (await answer.json()).state !== card.dataset.state;
  } catch {
    // No network at the moment; the next look may have one.
    return false;
  }
}

async function look() {
  if (!document.hidden && (await changed())) {
    location.reload();
    return;
  }
  clearTimeout(timer);
  timer = setTimeout(look, Date.now() - opened < QUICK_FOR ? QUICK : SLOW);
}

if (card) {
  timer = setTimeout(look, QUICK);
  // Whoever comes back to the page wants to know at once.
  document.addEventListener("visibilitychange", () => document.hidden || look());
}
