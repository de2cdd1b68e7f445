// 指尖办网页挂件: a button on the page of a web site, and the chat in a frame that it opens. See docs/chat.md.
// Nothing is stored and no cookie is set; styles are set one by one, so that a strict policy of the site allows them.
(() => {
  const script = document.currentScript;
  const door = new URL(script.src).origin;
  const label = script.dataset.label || "办事咨询";
  const side = script.dataset.side === "left" ? "left" : "right";

  // What a site says of all its buttons and frames is not meant for these.
  const plain = { margin: "0", minWidth: "0", maxWidth: "none", maxHeight: "none", transform: "none", opacity: "1", float: "none" };
  const styled = (element, style) => Object.assign(element.style, plain, style) && element;
  const button = styled(document.createElement("button"), {
    position: "fixed", bottom: "20px", [side]: "20px", zIndex: "2147483000", minHeight: "48px", padding: "0 20px",
    border: "0", borderRadius: "24px", background: "#0a5fa8", color: "#fff", font: "600 16px/1.4 system-ui, sans-serif",
    boxShadow: "0 4px 16px rgb(20 40 60 / 25%)", cursor: "pointer",
    width: "auto", height: "auto", textAlign: "center", whiteSpace: "nowrap", letterSpacing: "normal", textTransform: "none",
  });
  button.type = "button";
  button.id = "zhijianban-button";
  button.textContent = label;
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", "zhijianban-chat");

  let frame;
  const open = () => {
    frame ??= document.body.appendChild(made());
    frame.hidden = false;
    frame.style.display = "block";
    button.textContent = "收起";
    button.setAttribute("aria-expanded", "true");
    frame.focus();
  };
  const close = () => {
    frame.hidden = true;
    frame.style.display = "none";
    button.textContent = label;
    button.setAttribute("aria-expanded", "false");
    button.focus();
  };
  const made = () => {
    const chat = styled(document.createElement("iframe"), {
      position: "fixed", bottom: "80px", [side]: "20px", zIndex: "2147483000", width: "min(400px, calc(100vw - 40px))",
      height: "min(640px, calc(100vh - 100px))", border: "1px solid #dbe3ea", borderRadius: "12px", background: "#f4f7fa",
      boxShadow: "0 8px 32px rgb(20 40 60 / 25%)",
    });
    chat.id = "zhijianban-chat";
    chat.title = label;
    chat.referrerPolicy = "no-referrer";
    chat.src = `${door}/widget`;
    return chat;
  };

  button.addEventListener("click", () => (frame && !frame.hidden ? close() : open()));
  addEventListener("keydown", (event) => { if (event.key === "Escape" && frame && !frame.hidden) close(); });
  addEventListener("message", (event) => {
    if (event.origin === door && event.source === frame?.contentWindow && event.data === "zhijianban:close") close();
  });
  const show = () => document.body.appendChild(button);
  document.body ? show() : addEventListener("DOMContentLoaded", show);
})();
