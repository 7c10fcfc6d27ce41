// What makes the console a little handier. Everything works without it.
"use strict";
for (const item of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.setAttribute("aria-label", "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(item.dataset.copy);
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1200);
  });
  item.after(button);
}
// A form goes once: a second press waits for the answer to the first. The server takes it once all the same.
for (const form of document.querySelectorAll("main form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });
// The menu of the bar closes when somebody looks elsewhere.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.me[open]")) if (!open.contains(event.target)) open.open = false;
});
