// node rest_mongo.mjs PORT URI: the REST API over MongoDB. A write is acknowledged when it is in the journal of a majority.
import { randomUUID } from "node:crypto";
import { MongoClient } from "mongodb";
import { poolSize, uri } from "./cluster.mjs";
import { serveRest } from "./rest.mjs";

const client = new MongoClient(uri, { maxPoolSize: poolSize, writeConcern: { w: "majority", journal: true } });
const database = client.db();
const raw = database.collection("raw_events");
const processed = database.collection("processed_events");

const event = (document) => {
  if (!document) return document;
  const { _id, ...fields } = document;
  return { id: _id, ...fields };
};

await serveRest({
  rawEvent: async (id) => event(await raw.findOne({ _id: id })),
  processedEvents: async (name) => (await processed.find({ name }).sort({ _id: -1 }).limit(100).toArray()).map(event),
  createRawEvent: async ({ id = randomUUID(), ...fields }) => {
    await raw.insertOne({ _id: id, ...fields });
    return { id, ...fields };
  },
});
