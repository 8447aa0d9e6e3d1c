// A button with data-copy="ID" copies what the field of that id holds, and then says data-done.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Without https there is no clipboard of that name; what is selected can still be copied.
      document.execCommand("copy");
    }
    button.textContent = button.dataset.done;
  });
}
