// Asks one operation and prints each result as a line of JSON, then how it ended: {"end": "complete"} or {"end": "error", ...}.
//
//   node follow.mjs '{"transport": "sse" | "ws", "url": "...", "request": {"query": "...", "variables": {}, "extensions": {}}, "count": 3}'
//
// After `count` results it leaves. `browser`: through EventSource, whose messages are printed with their ids.
import { EventSource } from "eventsource";
import { createClient as createSse } from "graphql-sse";
import { createClient as createWs } from "graphql-ws";
import WebSocket from "ws";

const asked = JSON.parse(process.argv[2]);
const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");

function endWith(line) {
  say(line);
  process.exit(0);
}

function follow(client) {
  let left = asked.count ?? Infinity;
  client.subscribe(asked.request, {
    next: (result) => {
      say(result);
      if (--left === 0) endWith({ end: "left" });
    },
    complete: () => endWith({ end: "complete" }),
    error: (error) =>
      endWith(
        Array.isArray(error)
          ? { end: "errors", errors: error }
          : { end: "error", name: error.constructor.name, message: error.message, code: error.code, reason: error.reason },
      ),
  });
}

if (asked.transport === "sse") {
  follow(createSse({ url: asked.url, retryAttempts: asked.retries ?? 0, retry: async () => {} }));
} else if (asked.transport === "ws") {
  follow(createWs({ url: asked.url, connectionParams: asked.parameters, webSocketImpl: WebSocket, retryAttempts: asked.retries ?? 0, retryWait: () => new Promise((go) => setTimeout(go, 50)), shouldRetry: () => true }));
} else {
  const source = new EventSource(`${asked.url}?${new URLSearchParams({ query: asked.request.query })}`);
  let left = asked.count;
  source.addEventListener("next", (event) => {
    say({ id: event.lastEventId, ...JSON.parse(event.data) });
    if (--left === 0) endWith({ end: "left" });
  });
}
