"use strict";
const rows = [...document.querySelectorAll("#scenarios tbody tr")];
const field = (name) => document.getElementById(name);
const names = ["text", "outcome", "kind", "suite"];
function show() {
  const words = field("text").value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const fits = ["outcome", "kind", "suite"].every((n) => !field(n).value || row.dataset[n] === field(n).value);
    const text = row.textContent.toLowerCase();
    row.hidden = !(fits && words.every((word) => text.includes(word)));
    if (!row.hidden) count += 1;
  }
  field("count").textContent = `${count} of ${rows.length} scenarios`;
}
function choose(suite, kind) {
  field("text").value = field("outcome").value = "";
  field("suite").value = suite;
  field("kind").value = kind;
  show();
  field("scenarios").scrollIntoView();
}
for (const name of names) field(name).addEventListener("input", show);
for (const button of document.querySelectorAll(".matrix button"))
  button.addEventListener("click", () => choose(button.dataset.suite, button.dataset.kind));
document.querySelectorAll("#scenarios th").forEach((head, column) => {
  let up = false;
  head.addEventListener("click", () => {
    up = !up;
    const key = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
    const sign = up ? 1 : -1;
    rows.sort((a, b) => sign * key(a).localeCompare(key(b), "en", { numeric: true }));
    document.querySelector("#scenarios tbody").append(...rows);
  });
});
show();
