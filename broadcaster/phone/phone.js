// Deeds are kept on the phone first and sent when there is a network, in order, each under its own key:
// the controller does a key once, so whatever was sent twice is done once.
"use strict";
(() => {
  const who = document.body.dataset.who;  // what one person did is never sent as another's
  const QUEUE = "deeds.1:" + who, REFUSED = "refused.1:" + who;
  const says = JSON.parse(document.body.dataset.says);
  const ticket = Number(document.body.dataset.ticket || 0);
  const bar = document.getElementById("bar"), waiting = document.getElementById("waiting");
  let sending = false, wait_ms = 2000, timer = 0, lost = false;

  const read = (name) => JSON.parse(localStorage.getItem(name) || "[]");
  const write = (name, all) => localStorage.setItem(name, JSON.stringify(all));
  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  const key = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

  function show() {
    const queue = read(QUEUE);
    bar.hidden = !queue.length && !bar.classList.contains("sent");
    if (queue.length) {
      bar.classList.remove("sent");
      bar.textContent = fill(lost ? says.offline : says.sending, { count: queue.length });
    }
    if (!waiting) return;
    waiting.textContent = "";
    for (const each of queue.filter((each) => each.ticket === ticket)) waiting.append(held(each, says.queued));
    for (const each of read(REFUSED).filter((each) => each.ticket === ticket)) {
      const box = held(each, fill(says.refused, each));
      const seen = document.createElement("button");
      seen.textContent = says.dismiss;
      seen.onclick = () => { write(REFUSED, read(REFUSED).filter((other) => other.key !== each.key)); show(); };
      box.classList.add("refused");
      box.append(seen);
      waiting.append(box);
    }
  }

  function held(each, text) {
    const box = document.createElement("div"), what = document.createElement("b");
    box.className = "held";
    what.textContent = [each.label, each.comment].filter(Boolean).join(": ");
    box.append(what, document.createElement("br"), text);
    return box;
  }

  function keep(deed, label, more) {
    try {
      write(QUEUE, [...read(QUEUE), { key: key(), ticket, deed, label, made: Date.now(), ...more }]);
    } catch {
      alert(says.full);
      return false;
    }
    show();
    send();
    return true;
  }

  async function send() {
    if (sending) return;
    sending = true;
    clearTimeout(timer);
    let news = false;
    try {
      for (let queue = read(QUEUE); queue.length; queue = read(QUEUE)) {
        const { label, made, ...deed } = queue[0];
        deed.waited_s = Math.max(0, (Date.now() - made) / 1000);
        const answer = await fetch("/phone/deeds", {
          method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(deed),
          signal: AbortSignal.timeout ? AbortSignal.timeout(30000) : undefined,
        });
        if (answer.status === 401) { bar.hidden = false; bar.textContent = says.again; return; }
        if (answer.status >= 500 || answer.status === 408 || answer.status === 429) throw new Error("later");
        const told = await answer.json();  // what is no JSON was said by something in between, such as a sign-in page
        write(QUEUE, read(QUEUE).filter((other) => other.key !== deed.key));  // first: a photo makes room
        if (!answer.ok) {
          const why = told.why || told.detail || String(answer.status);
          write(REFUSED, [...read(REFUSED), { key: deed.key, ticket: deed.ticket, label, comment: deed.comment, why }]);
        }
        lost = false; news = true; wait_ms = 2000;
        show();
      }
      if (news) await renew();
    } catch {
      lost = true;
      timer = setTimeout(send, wait_ms);
      wait_ms = Math.min(wait_ms * 2, 30000);
      show();
    } finally {
      sending = false;
    }
  }

  async function renew() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["dl", "#deeds", "ol", ".ill", ".well"]) {
      const old = document.querySelector(part), now = fresh.querySelector(part);
      if (old && now) old.replaceWith(now);
    }
    const old = document.querySelector(".ill, .well"), now = fresh.querySelector(".ill, .well");
    if (old && now) old.replaceWith(now);
    bind();
    bar.classList.add("sent");
    bar.textContent = says.sent;
    show();
  }

  function smaller(file) {
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.onerror = reject;
      image.onload = () => {
        const scale = Math.min(1, 1280 / Math.max(image.width, image.height));
        const canvas = document.createElement("canvas");
        canvas.width = image.width * scale;
        canvas.height = image.height * scale;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        URL.revokeObjectURL(image.src);
        resolve(canvas.toDataURL("image/jpeg", 0.7).split(",")[1]);
      };
      image.src = URL.createObjectURL(file);
    });
  }

  function bind() {
    for (const button of document.querySelectorAll("#deeds > button[data-deed]"))
      button.onclick = () => { if (keep(button.dataset.deed, button.textContent)) button.disabled = true; };
    for (const form of document.querySelectorAll("#deeds form")) form.onsubmit = (event) => {
      event.preventDefault();
      const comment = form.comment.value.trim();
      if ("needed" in form.dataset && !comment) { alert(says.reason); return; }
      const label = form.querySelector("button").textContent;
      if (!keep(form.dataset.deed, label, { comment, ...(form.why ? { why: form.why.value } : {}) })) return;
      form.reset();
      form.parentElement.open = false;
    };
    const photo = document.getElementById("photo");
    if (photo) photo.onchange = async () => {
      const file = photo.files[0];
      const small = file && await smaller(file).catch(() => alert(says.unreadable));
      if (small) keep("photo", photo.parentElement.firstChild.textContent, { photo: small, name: file.name });
      photo.value = "";
    };
  }

  const at_once = () => { wait_ms = 2000; send(); };
  addEventListener("online", at_once);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) at_once(); });
  bind();
  if (who) {
    show();
    send();
  }
})();
