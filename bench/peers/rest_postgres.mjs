// node rest_postgres.mjs PORT URI: the REST API over PostgreSQL.
import * as events from "./events_in_postgres.mjs";
import { serveRest } from "./rest.mjs";

await serveRest(events);
