"use strict";
// Beside each age stands the time of day in UTC: the reader's own is better. Without this script
// the page says everything.
document.querySelectorAll("time").forEach((node) => {
  const at = new Date(node.dateTime);
  const today = at.toDateString() === new Date().toDateString();
  const form = today ? {} : { day: "numeric", month: "short" };
  const local = at.toLocaleString(document.documentElement.lang,
    { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...form });
  node.textContent = node.dataset.age + " (" + local + ")";
});
