// Keep the lists fresh without touching a form somebody is filling in.
setInterval(async () => {
  if (document.hidden || document.activeElement.closest("[data-live]")) return;
  const answer = await fetch("/").catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const section of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(section.id);
    if (next && next.innerHTML !== section.innerHTML) section.innerHTML = next.innerHTML;
  }
}, 3000);
