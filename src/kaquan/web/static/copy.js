// A button with data-copy="ID" copies what the field, or the text, of that id holds, and then says data-done.
"use strict";

function select(source) {
  if (source.select) {
    source.select();
  } else {
    getSelection().selectAllChildren(source);
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    select(source);
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
    } catch {
      // Without https there is no clipboard of that name; what is selected can still be copied.
      document.execCommand("copy");
    }
    button.textContent = button.dataset.done;
  });
}
