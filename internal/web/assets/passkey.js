// Asks the browser for a passkey (Web Authentication) and sends its answer as a form.
// Without it the forms of passkeys stay hidden; the page says so.
"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  // The question as the browser wants it, and its answer as holdfast does.
  const question = (q) => {
    const key = q.publicKey;
    key.challenge = bytes(key.challenge);
    if (key.user) key.user.id = bytes(key.user.id);
    for (const c of key.excludeCredentials || []) c.id = bytes(c.id);
    return { publicKey: key };
  };
  const answer = (credential) => {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = text(credential.response[part]);
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
  };

  // begin asks holdfast for a question.
  const begin = async (form) => {
    const reply = await fetch(form.dataset.begin, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!(reply.headers.get("Content-Type") || "").startsWith("application/json")) throw new Error("holdfast did not answer as it should. Load the page again.");
    const body = await reply.json();
    if (!reply.ok) throw new Error(body.problem);
    return question(body);
  };

  const because = (fault) => {
    switch (fault.name) {
      case "NotAllowedError": return "No passkey was given: it was cancelled, took too long, or there is none for this console here.";
      case "InvalidStateError": return "There is a passkey of yours here already.";
      case "SecurityError": return "The browser takes no passkeys at this address.";
      case "TypeError": return "holdfast does not answer. Try again in a moment.";
      case "Error": return fault.message;
    }
    return "The browser could not do it: " + fault.message;
  };

  const says = document.getElementById("passkey-says");
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) {
      says.textContent = "This browser has no passkeys.";
      continue;
    }
    const button = form.querySelector("button");
    form.hidden = false;
    form.addEventListener("submit", async (e) => {
      e.preventDefault();
      e.stopPropagation(); // it is not the form that is sent
      button.disabled = true;
      says.textContent = "Your browser asks you now.";
      try {
        const asked = await begin(form);
        form.elements.answer.value = answer(await (form.dataset.passkey === "create" ? navigator.credentials.create(asked) : navigator.credentials.get(asked)));
        form.submit();
      } catch (fault) {
        says.textContent = because(fault);
        button.disabled = false;
        button.focus();
      }
    });
    window.addEventListener("pageshow", () => { button.disabled = false; });
  }
})();
