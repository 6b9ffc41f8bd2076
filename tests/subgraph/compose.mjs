// node compose.mjs < SUBGRAPHS: composes subgraphs, {NAME: SDL} as JSON, by Apollo's composer and by the Guild's, and prints
// {errors, hints, schema}: what is in the way of either, what Apollo's has to say all the same, and the supergraph as its clients see it.
import { readFileSync } from "node:fs";
import { composeServices } from "@apollo/composition";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { composeServices as composeAsTheGuild } from "@theguild/federation-composition";
import { parse, printSchema } from "graphql";

const subgraphs = Object.entries(JSON.parse(readFileSync(0, "utf8")));
for (const [, sdl] of subgraphs) buildSubgraphSchema(parse(sdl));
const services = subgraphs.map(([name, sdl]) => ({ name, url: `http://${name}.test`, typeDefs: parse(sdl) }));
const { errors, hints, schema } = composeServices(services);
const other = composeAsTheGuild(services);
console.log(
  JSON.stringify({
    errors: [...(errors ?? []), ...(other.errors ?? [])].map((error) => error.message),
    hints: (hints ?? []).map((hint) => hint.message),
    schema: schema ? printSchema(schema.toAPISchema().toGraphQLJSSchema()) : null,
  }),
);
