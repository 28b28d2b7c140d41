// Fetches openapi.json, with a token where one is needed, and hands it to Swagger UI or ReDoc,
// whichever the page has loaded.
"use strict";

const form = document.getElementById("token-form");
const status = document.getElementById("status");
let token = "";

function headers() {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

async function open() {
  status.textContent = "";
  let reply;
  try {
    reply = await fetch("openapi.json", { headers: headers() });
  } catch {
    status.textContent = "The service could not be reached.";
    return;
  }
  if (reply.status === 401) {
    if (!form.hidden) status.textContent = "Refused: the service has no such token.";
    form.hidden = false;
    return;
  }
  if (!reply.ok) {
    status.textContent = `Refused: ${reply.status} ${reply.statusText}`;
    return;
  }
  form.hidden = true;
  show(await reply.json());
}

function show(spec) {
  spec.servers ??= [{ url: new URL(".", location.href).href.replace(/\/$/, "") }];
  const place = document.getElementById("main");
  if (typeof SwaggerUIBundle === "undefined") {
    // its search runs a worker from text, which no page of ours may
    Redoc.init(spec, { disableSearch: true, hideDownloadButton: true }, place);
  } else {
    SwaggerUIBundle({
      spec,
      domNode: place,
      deepLinking: true,
      requestInterceptor: (request) => {
        request.headers = { ...headers(), ...request.headers };
        return request;
      },
    });
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  token = document.getElementById("token").value.trim();
  open();
});

open();
