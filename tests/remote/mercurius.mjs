// node mercurius.mjs DOCUMENTS: serves the flock with mercurius on a free port, which it prints.
import Fastify from "fastify";
import mercurius from "mercurius";
import { resolvers, typeDefs, typeOf } from "./flock.mjs";

const app = Fastify();
app.register(mercurius, {
  schema: typeDefs,
  resolvers: { ...resolvers, Bird: { resolveType: typeOf } },
  path: "/graph",
  context: (request) => ({ headers: request.headers }),
});
await app.listen({ port: 0, host: "127.0.0.1" });
console.log(app.server.address().port);
