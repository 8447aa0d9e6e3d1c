// What the server's own windows do: a sheet takes the call of the page that opened it, and a page that ends it posts
// the result back: at once where it is the last word (data-last), else when its window is closed. Who calls is what the browser says (event.origin), never what the message says.
(() => {
  "use strict";
  const caller = window.opener;

  function take(form) {
    const nonce = Array.from(crypto.getRandomValues(new Uint32Array(4)), (one) => one.toString(36)).join("-");
    let taken = false;
    window.addEventListener("message", (event) => {
      const { source, origin, data } = event;
      if (taken || source !== caller || !data || data.kaquan !== "call" || data.nonce !== nonce) return;
      taken = true;
      form.elements.origin.value = origin;
      form.elements.call.value = JSON.stringify(data.call);
      form.submit();
    });
    // Nothing secret is said yet, and whoever answers is judged by its origin.
    caller.postMessage({ kaquan: "hello", nonce }, "*");
  }

  function give({ origin, result, last, close }) {
    if (caller) caller.postMessage({ kaquan: "result", result: JSON.parse(result), last: Boolean(last) }, origin);
    if (close) window.close();
  }

  const form = document.querySelector("form[data-sheet]");
  const end = document.querySelector("[data-origin][data-result]");
  if (form && caller) take(form);
  if (end) give(end.dataset);
})();
