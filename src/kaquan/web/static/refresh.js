// Takes the part of this page that says how often it is to be fetched anew, and does so while somebody looks at it.
const part = document.querySelector("[data-refresh]");

async function refresh() {
  if (document.hidden || part.contains(document.activeElement)) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    if (fresh) part.replaceChildren(...fresh.childNodes);
  } catch {
    // The server is away for a moment; the next time will tell.
  }
}

if (part) setInterval(refresh, Number(part.dataset.refresh) * 1000);
