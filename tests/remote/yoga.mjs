// node yoga.mjs DOCUMENTS: serves the flock with graphql-yoga on a free port, which it prints.
import { createServer } from "node:http";
import { createSchema, createYoga } from "graphql-yoga";
import { resolvers, typeDefs, typeOf } from "./flock.mjs";

const schema = createSchema({ typeDefs, resolvers: { ...resolvers, Bird: { __resolveType: typeOf } } });
const yoga = createYoga({ schema, graphqlEndpoint: "/graph", maskedErrors: false, logging: false, context: ({ req }) => ({ headers: req.headers }) });
const server = createServer(yoga);
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
