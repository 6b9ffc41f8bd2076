// Hens and their lay reports as a MeshQL-shaped service of somebody else: the schema, and resolvers over documents given as JSON in a file.
import { readFileSync } from "node:fs";

export const typeDefs = `
  scalar Date
  enum TimeOfDay { MORNING AFTERNOON EVENING }
  interface Bird { id: ID! name: String! }
  type Hen implements Bird { id: ID! name: String! coop_id: ID eggs: Int hatched: Date layReports(limit: Int, time_of_day: TimeOfDay): [LayReport!]! friends: [Bird!]! broken: Int }
  type Duck implements Bird { id: ID! name: String! pond: Int! }
  type LayReport { id: ID! hen_id: ID! time_of_day: TimeOfDay eggs: Int! hen: Hen }
  type Query {
    getById(id: ID!, at: Float): Hen
    getByCoop(id: ID!, at: Float): [Hen!]!
    getByKey(key: String!): Hen
    getReportById(id: ID!, at: Float): LayReport
    getByHen(id: ID!, at: Float, limit: Int, time_of_day: TimeOfDay): [LayReport!]!
    getWho(id: ID!): Who
  }
  type Who { authorization: String traceparent: String hops: String cookie: String }
`;

const { hens, reports } = JSON.parse(readFileSync(process.argv[2], "utf8"));

const reportsOf = (id, { limit, time_of_day } = {}) => {
  const found = reports.filter((report) => report.hen_id === id && (!time_of_day || report.time_of_day === time_of_day));
  return limit == null ? found : found.slice(0, limit);
};

export const resolvers = {
  Query: {
    getById: (_, { id }) => hens.find((hen) => hen.id === id) ?? null,
    getByCoop: (_, { id }) => hens.filter((hen) => hen.coop_id === id),
    getByKey: (_, { key }) => hens.find((hen) => hen.id === key) ?? null,
    getReportById: (_, { id }) => reports.find((report) => report.id === id) ?? null,
    getByHen: (_, { id, ...rest }) => reportsOf(id, rest),
    getWho: (_, __, context) => {
      const headers = context.headers;
      return {
        authorization: headers.authorization,
        traceparent: headers.traceparent,
        hops: headers["millrace-hops"],
        cookie: headers.cookie,
      };
    },
  },
  Hen: {
    layReports: ({ id }, rest) => reportsOf(id, rest),
    friends: () => [...hens.slice(0, 1).map((hen) => ({ ...hen, kind: "Hen" })), { id: "d1", name: "donald", pond: 7, kind: "Duck" }],
    broken: () => {
      throw new Error("The hen is broken.");
    },
  },
  LayReport: { hen: ({ hen_id }) => hens.find((hen) => hen.id === hen_id) ?? null },
};

export const typeOf = (bird) => bird.kind;
