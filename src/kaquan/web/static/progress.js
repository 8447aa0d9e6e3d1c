// Follows work in the background: the page is loaded anew when it is over.
"use strict";

const going = document.getElementById("progress");
const EVERY = 700;

async function look() {
  const answer = await fetch(going.dataset.watch, { headers: { accept: "application/json" } });
  const { done, over = true } = await answer.json();
  if (over) {
    location.reload();
    return;
  }
  going.querySelector("progress").value = done;
  going.querySelector("output").value = done;
  setTimeout(again, EVERY);
}

function again() {
  look().catch(() => setTimeout(again, EVERY * 3));
}

if (going) {
  setTimeout(again, EVERY);
}
