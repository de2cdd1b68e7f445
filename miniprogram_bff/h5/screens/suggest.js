// 输入联想: names of items while somebody types, below or above the box they type into.
import { get } from "../api.js";
import { html, show } from "../view.js";

const PATIENCE = 150; // milliseconds without a key, so that not every letter is asked for

// `entry(one)` draws one suggestion. What it returns is to be called when the typing is over.
export function suggesting(input, box, entry) {
  let typing;
  const close = () => { clearTimeout(typing); box.hidden = true; };
  input.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(async () => {
      const q = input.value.trim();
      const found = q ? await get(`/v1/suggestions?q=${encodeURIComponent(q)}`).catch(() => []) : [];
      if (input.value.trim() !== q) return;
      box.hidden = !found.length;
      show(box, html`${found.map((one) => html`<li>${entry(one)}</li>`)}`);
    }, PATIENCE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || box.hidden) return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  return close;
}
