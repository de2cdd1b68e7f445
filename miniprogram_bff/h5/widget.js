// The chat in the frame of another site (see widget/widget.js): always a visitor's, and Escape gives the page back.
import { ask } from "./screens/ask.js";

addEventListener("keydown", (event) => {
  if (event.key === "Escape") parent.postMessage("zhijianban:close", "*"); // tells nothing of what was said
});
await ask(document.getElementById("main"), new URLSearchParams(location.search));
