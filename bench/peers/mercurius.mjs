// node mercurius.mjs PORT URI: the queries of examples/events on mercurius and pg. Operations are compiled, and the raw events of all
// processed events of an answer are one read.
import Fastify from "fastify";
import { GraphQLScalarType } from "graphql";
import mercurius from "mercurius";
import { onEveryCore, port } from "./cluster.mjs";
import { createRawEvent, processedEvents, rawEvent, rawEvents } from "./events_in_postgres.mjs";

const schema = `
  scalar JSON
  scalar DateTime
  enum ProcessingStatus { SUCCESS FAILED PARTIAL }
  type RawEvent { id: ID! name: String! data: JSON timestamp: DateTime source: String version: String metadata: JSON }
  type ProcessedEvent {
    id: ID! raw_event_id: ID! name: String! processed_data: JSON processed_timestamp: DateTime status: ProcessingStatus
    processing_time_ms: Float enrichment_data: JSON error_message: String rawEvent: RawEvent
  }
  input RawEventInput { name: String! data: JSON! timestamp: DateTime source: String version: String metadata: JSON }
  type Query { getById(id: ID!): RawEvent getByName(name: String!): [ProcessedEvent!]! }
  type Mutation { createRawEvent(input: RawEventInput!): RawEvent! }
`;

const resolvers = {
  JSON: new GraphQLScalarType({ name: "JSON" }),
  DateTime: new GraphQLScalarType({ name: "DateTime", serialize: (time) => time.toISOString() }),
  Query: {
    getById: (_, { id }) => rawEvent(id),
    getByName: (_, { name }) => processedEvents(name),
  },
  Mutation: { createRawEvent: (_, { input }) => createRawEvent(input) },
};

const loaders = {
  ProcessedEvent: {
    async rawEvent(queries) {
      const ids = queries.map(({ obj }) => obj.raw_event_id);
      const found = new Map((await rawEvents(ids)).map((event) => [event.id, event]));
      return ids.map((id) => found.get(id) ?? null);
    },
  },
};

await onEveryCore(async () => {
  const app = Fastify();
  app.register(mercurius, { schema, resolvers, loaders, path: "/graphql", jit: 1 });
  await app.listen({ port, host: "127.0.0.1" });
});
