// node notes.mjs NOTES: a subgraph of somebody else on a free port, which it prints. It has a note on some raw events, {ID: NOTE} as JSON in a
// file, and knows nothing else of them.
import { readFileSync } from "node:fs";
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginInlineTraceDisabled } from "@apollo/server/plugin/disabled";
import { startStandaloneServer } from "@apollo/server/standalone";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";

const notes = JSON.parse(readFileSync(process.argv[2], "utf8"));
const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
  type RawEvent @key(fields: "id") { id: ID! note: String }
  type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type Query { noted: [RawEvent]! notedPages: PageInfo! }
`);
const resolvers = {
  Query: {
    noted: () => Object.keys(notes).map((id) => ({ id })),
    notedPages: () => ({ hasNextPage: false, hasPreviousPage: false }),
  },
  RawEvent: { __resolveReference: ({ id }) => ({ id }), note: ({ id }) => notes[id] ?? null },
};
const server = new ApolloServer({ schema: buildSubgraphSchema({ typeDefs, resolvers }), plugins: [ApolloServerPluginInlineTraceDisabled()] });
const { url } = await startStandaloneServer(server, { listen: { port: 0, host: "127.0.0.1" } });
console.log(new URL(url).port);
