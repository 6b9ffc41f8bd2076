// node gateway.mjs SUBGRAPHS: composes the subgraphs, {NAME: URL} as JSON in a file, and serves them on a free port, which it prints.
// `Millrace-At` goes to each as the client says it.
import { readFileSync } from "node:fs";
import { ApolloGateway, IntrospectAndCompose, RemoteGraphQLDataSource } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";

class Subgraph extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.at) request.http.headers.set("millrace-at", context.at);
  }
}

const subgraphs = Object.entries(JSON.parse(readFileSync(process.argv[2], "utf8"))).map(([name, url]) => ({ name, url }));
const gateway = new ApolloGateway({
  supergraphSdl: new IntrospectAndCompose({ subgraphs }),
  buildService: ({ url }) => new Subgraph({ url }),
});
const server = new ApolloServer({ gateway, includeStacktraceInErrorResponses: false });
const { url } = await startStandaloneServer(server, { listen: { port: 0, host: "127.0.0.1" }, context: async ({ req }) => ({ at: req.headers["millrace-at"] }) });
console.log(new URL(url).port);
