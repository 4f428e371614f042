/* The document beside its findings: the line of the row that somebody points at or types in is marked and brought into sight. */
(function () {
  "use strict";
  let hot = null;
  const mark = (row, scroll) => {
    const line = row && document.getElementById("L" + row.dataset.line);
    if (line === hot) return;
    if (hot) hot.classList.remove("z-hot");
    hot = line;
    if (!line) return;
    line.classList.add("z-hot");
    const box = line.closest(".z-split-body");
    if (!scroll || !box || box.scrollHeight <= box.clientHeight) return;
    const place = line.getBoundingClientRect();
    const seen = box.getBoundingClientRect();
    if (place.top < seen.top || place.bottom > seen.bottom) box.scrollTop += place.top - seen.top - seen.height / 3;
  };
  const rowOf = (event) => event.target.closest && event.target.closest("[data-line]");
  document.addEventListener("mouseover", (event) => mark(rowOf(event), true));
  document.addEventListener("focusin", (event) => { if (rowOf(event)) mark(rowOf(event), true); });
})();
