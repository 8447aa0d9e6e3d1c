// Shows the licences that the chosen category needs; without this script a button of the form does so.
"use strict";

const category = document.querySelector("[data-shows]");

function showLicences() {
  for (const group of document.querySelectorAll("[data-categories]")) {
    group.hidden = !group.dataset.categories.split(" ").includes(category.value);
  }
}

for (const one of document.querySelectorAll("[data-noscript]")) {
  one.hidden = true;
}
category.addEventListener("change", showLicences);
showLicences();
