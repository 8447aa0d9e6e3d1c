// Copies the link of a shared card; without this script the link can be marked by hand.
(() => {
  "use strict";
  const button = document.querySelector("[data-copy]");
  const field = document.getElementById(button.dataset.copy);
  const copy = async () => {
    field.select();
    // Pages of plain http have no clipboard, but the old command.
    if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
    else document.execCommand("copy");
    button.textContent = button.dataset.done;
  };
  button.hidden = false;
  button.addEventListener("click", copy);
})();
