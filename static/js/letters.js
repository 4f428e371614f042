/* A drawn signature: what is drawn on the canvas goes with the form as a picture. Without it, a picture can be uploaded. */
(function () {
  "use strict";
  const canvas = document.querySelector("[data-signature]");
  if (!canvas || !window.SignaturePad) return;
  const field = document.getElementById(canvas.dataset.signature);
  const pad = new window.SignaturePad(canvas, { penColor: "#14213a" });
  const fit = () => {
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    const strokes = pad.toData();
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.fromData(strokes);
  };
  document.querySelectorAll("[data-signature-part]").forEach((part) => { part.hidden = false; });
  fit();
  window.addEventListener("resize", fit);
  document.querySelector("[data-signature-clear]").addEventListener("click", () => pad.clear());
  canvas.closest("form").addEventListener("submit", () => { field.value = pad.isEmpty() ? "" : pad.toDataURL("image/png"); });
})();
