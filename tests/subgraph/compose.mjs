// node compose.mjs < SUBGRAPHS: composes subgraphs, {NAME: SDL} as JSON, and prints {errors, hints, schema}: what is in the way, what the
// composer has to say all the same, and the supergraph as its clients see it.
import { readFileSync } from "node:fs";
import { composeServices } from "@apollo/composition";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse, printSchema } from "graphql";

const subgraphs = Object.entries(JSON.parse(readFileSync(0, "utf8")));
for (const [, sdl] of subgraphs) buildSubgraphSchema(parse(sdl));
const services = subgraphs.map(([name, sdl]) => ({ name, url: `http://${name}.test`, typeDefs: parse(sdl) }));
const { errors, hints, schema } = composeServices(services);
console.log(
  JSON.stringify({
    errors: (errors ?? []).map((error) => error.message),
    hints: (hints ?? []).map((hint) => hint.message),
    schema: schema ? printSchema(schema.toAPISchema().toGraphQLJSSchema()) : null,
  }),
);
