// Only what the page can do without: how much room is left, what would be taken
// out, and whether there is a connection.
"use strict";
(() => {
  const by = (id) => document.getElementById(id);

  const link = by("link");
  const askLink = async () => {
    if (document.hidden || !link.dataset.at) return;
    let status = {connected: false, link: link.textContent};
    try {
      const answer = await fetch(link.dataset.at, {cache: "no-store"});
      if (answer.status === 403) return void location.reload();  // no longer let in
      if (answer.ok) status = await answer.json();
    } catch {
      if (!link.dataset.away) return;  // the agent stops or starts
      status.link = link.dataset.away;
    }
    link.hidden = status.connected;
    if (link.textContent !== status.link) link.textContent = status.link;
  };
  setInterval(askLink, 20000);
  document.addEventListener("visibilitychange", askLink);

  const form = document.querySelector("form[data-preview]");
  if (!form) return;
  const text = by("text");
  const count = by("count");
  const shown = by("shown");
  const shownText = by("shown-text");
  const showCount = () => {
    const left = text.maxLength - text.value.length;
    count.hidden = left > 500;
    count.textContent = count.dataset.words.replace("{}", left);
  };
  const show = (preview) => {
    shown.hidden = preview.removed === 0;
    shownText.replaceChildren(...preview.parts.map((part) => {
      if (!part.removed) return document.createTextNode(part.text);
      const mark = document.createElement("mark");
      mark.textContent = "[" + part.removed + "]";
      return mark;
    }));
  };
  let asked = 0;
  let timer = 0;
  const askPreview = async () => {
    const number = ++asked;
    const body = new URLSearchParams({form: form.elements.form.value, text: text.value});
    try {
      const answer = await fetch(form.dataset.preview, {method: "POST", body});
      if (!answer.ok || number !== asked) return;
      show(await answer.json());
    } catch {
      // it is shown when the form is sent
    }
  };
  text.addEventListener("input", () => {
    showCount();
    clearTimeout(timer);
    // Mostly nothing is taken out without a digit or an @; sending shows the rest.
    if (/[\d@]/.test(text.value) || !shown.hidden) timer = setTimeout(askPreview, 350);
  });
  showCount();
})();
