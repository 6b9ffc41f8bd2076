// A REST API written by hand on Fastify: what comes in is validated by the JSON Schema of examples/events, what goes out is written by a
// schema as well, which is the fastest that Fastify does.
import { readFileSync } from "node:fs";
import Fastify from "fastify";
import { onEveryCore, port } from "./cluster.mjs";

const schemaOf = (entity) => JSON.parse(readFileSync(new URL(`../../examples/events/config/json/${entity}.schema.json`, import.meta.url)));

// Fields may be null in a row where a document has none.
const written = ({ properties }, times) => ({
  type: "object",
  properties: Object.fromEntries(
    Object.entries(properties).map(([name, { type }]) => {
      if (times.includes(name)) return [name, { type: "string", format: "date-time", nullable: true }];
      return [name, type ? { type: [].concat(type)[0], nullable: true } : {}];
    }),
  ),
});

const id = { type: "object", properties: { id: { type: "string", format: "uuid" } } };
const name = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };

/** `events`: what reads and writes them. */
export const serveRest = ({ rawEvent, processedEvents, createRawEvent }) =>
  onEveryCore(async () => {
    const app = Fastify();
    const rawSchema = schemaOf("raw_event");
    const raw = written(rawSchema, ["timestamp"]);
    const processed = written(schemaOf("processed_event"), ["processed_timestamp"]);
    app.get("/raw-events/api/:id", { schema: { params: id, response: { 200: raw } } }, async (request, reply) => {
      return (await rawEvent(request.params.id)) ?? reply.code(404).send();
    });
    app.get("/processed-events/api", { schema: { querystring: name, response: { 200: { type: "array", items: processed } } } }, (request) =>
      processedEvents(request.query.name),
    );
    app.post("/raw-events/api", { schema: { body: rawSchema, response: { 201: raw } } }, async (request, reply) => {
      reply.code(201);
      return createRawEvent(request.body);
    });
    await app.listen({ port, host: "127.0.0.1" });
  });
