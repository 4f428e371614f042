/* What JavaScript adds to pages that work without it. It holds no words: they come in data attributes.
   It is read before the page is: on a slow line a button must not be there sooner than what asks before it acts. */
(function () {
  "use strict";
  const root = document.documentElement;
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const live = () => document.getElementById("z-live");
  const say = (text) => { if (text) live().textContent = text; };
  root.classList.add("z-js");

  /* htmx: the token travels in a header; after a swap the reader's focus goes where the news is */
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]');
    if (token) event.detail.headers["X-CSRFToken"] = token.content;
  });
  document.addEventListener("htmx:beforeRequest", (event) => event.detail.target.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", (event) => event.detail.target.removeAttribute("aria-busy"));
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.target;
    const place = part.querySelector("[data-focus]") || part.querySelector("[aria-invalid=true]");
    if (place) place.focus();
    const news = part.querySelector("[data-say]");
    if (news) say(news.dataset.say);
    prepare(document);
  });
  document.addEventListener("htmx:responseError", () => say(live().dataset.failed));
  document.addEventListener("htmx:sendError", () => say(live().dataset.offline));

  /* Keys: "/" to the search field, j and k through rows. Off where <body data-keys="off"> (WCAG 2.1.4) */
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
  const step = (by) => {
    const rows = all("[data-rows] > tr, [data-rows] > li").filter((row) => row.querySelector("a"));
    if (!rows.length) return;
    const now = rows.findIndex((row) => row.classList.contains("z-current"));
    const next = rows[Math.max(0, Math.min(rows.length - 1, now + by))];
    rows.forEach((row) => row.classList.toggle("z-current", row === next));
    next.querySelector("a").focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") all("details.z-menu[open], details.z-more[open]").forEach((menu) => { menu.open = false; });
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (document.body.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
    const field = document.querySelector("[data-search]");
    if (event.key === "/" && field) { event.preventDefault(); field.focus(); }
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
  });

  /* Menus close when the reader looks elsewhere */
  document.addEventListener("click", (event) => {
    all("details.z-menu[open], details.z-more[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest(".z-alert").remove();
    if (event.target.closest("[data-print]")) window.print();
    const copy = event.target.closest("[data-copy]");
    if (copy) copyText(copy);
  });
  const copyText = (button) => {
    const source = document.getElementById(button.dataset.copy);
    const text = source.value === undefined ? source.textContent : source.value;
    const done = () => { button.querySelector("span").textContent = button.dataset.done; say(button.dataset.done); };
    if (navigator.clipboard) { navigator.clipboard.writeText(text).then(done); return; }
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    if (document.execCommand("copy")) done();
    field.remove();
  };

  /* Ticked rows: the bar shows how many, and stays away while there are none */
  const selection = () => all("[data-bulk]").forEach((bar) => {
    const form = bar.closest("form");
    const boxes = all("[data-select]", form || document);
    const ticked = boxes.filter((box) => box.checked).length;
    const count = bar.querySelector("[data-bulk-count]");
    bar.dataset.count = ticked;
    count.textContent = count.dataset.template.replace("{n}", ticked);
    all("[data-select-all]", form || document).forEach((box) => {
      box.checked = ticked > 0 && ticked === boxes.length;
      box.indeterminate = ticked > 0 && ticked < boxes.length;
    });
  });
  document.addEventListener("change", (event) => {
    const every = event.target.closest("[data-select-all]");
    if (every) all("[data-select]", every.closest("form") || document).forEach((box) => { box.checked = every.checked; });
    if (every || event.target.closest("[data-select]")) selection();
  });

  /* Drafts: text in [data-autosave] outlives an expired session. It goes when the next page shows that it arrived,
     and stays when that page is the sign-in, an error, or the same form again. */
  const draftKey = (field) => "z-draft:" + (document.body.dataset.who || "") + ":" + field.dataset.autosave;
  const store = (act) => { try { return act(window.localStorage, window.sessionStorage); } catch (error) { return null; } };
  const settleDrafts = () => store((box, session) => {
    const sent = JSON.parse(session.getItem("z-sent") || "[]");
    session.removeItem("z-sent");
    const arrived = !document.body.classList.contains("z-plain-body") && !document.querySelector("[data-focus]");
    if (arrived) sent.forEach((key) => box.removeItem(key));
  });
  const forgetDrafts = () => store((box) => Object.keys(box).filter((key) => key.startsWith("z-draft:")).forEach((key) => box.removeItem(key)));
  const restore = (field) => {
    if (field.dataset.restored) return;
    field.dataset.restored = "1";
    const draft = store((box) => box.getItem(draftKey(field)));
    if (draft && !field.value) field.value = draft;
  };
  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-autosave]");
    if (field) store((box) => (field.value ? box.setItem(draftKey(field), field.value) : box.removeItem(draftKey(field))));
  });

  /* Forms: ask before what cannot be taken back, and send only once */
  const ask = (dialog, text, yes) => {
    dialog.querySelector("p").textContent = text;
    dialog.querySelector("[data-dialog-yes]").onclick = () => { dialog.close(); yes(); };
    dialog.querySelector("[data-dialog-no]").onclick = () => dialog.close();
    dialog.showModal();
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    const question = (button && button.dataset.confirm) || form.dataset.confirm;
    const dialog = document.getElementById("z-confirm");
    if (question && dialog.showModal && !form.dataset.confirmed) {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(dialog, question, () => { form.dataset.confirmed = "1"; form.requestSubmit(button || undefined); });
      return;
    }
    delete form.dataset.confirmed;
    if (form.method !== "post") return;
    if (form.dataset.sent && !form.hasAttribute("hx-post")) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (button) button.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), 5000);
    store((box, session) => session.setItem("z-sent", JSON.stringify(all("[data-autosave]", form).map(draftKey))));
    if (form.hasAttribute("data-forget")) forgetDrafts();
  }, true);
  const release = (form) => {
    delete form.dataset.sent;
    all("[aria-busy]", form).forEach((button) => button.removeAttribute("aria-busy"));
  };
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach(release));

  const prepare = (within) => {
    all("[data-autosave]", within).forEach(restore);
    selection();
  };
  document.addEventListener("DOMContentLoaded", () => {
    if (window.matchMedia("(max-width: 639.98px)").matches) {
      all("details[data-phone-closed]").forEach((part) => { part.open = false; });
    }
    settleDrafts();
    const refused = document.querySelector("[data-focus]");
    if (refused) refused.focus();
    prepare(document);
  });
})();
