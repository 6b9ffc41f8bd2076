// The tables of schema.sql for handlers written by hand: a pool, and a statement for each thing that is asked, which the server prepares once
// a connection.
import { randomUUID } from "node:crypto";
import pg from "pg";
import { poolSize, uri } from "./cluster.mjs";

const pool = new pg.Pool({ connectionString: uri, max: poolSize });

const asked = async (name, text, values) => (await pool.query({ name, text, values })).rows;

const raw = "id, name, data, timestamp, source, version, metadata";

export const rawEvent = async (id) => (await asked("raw_event", `SELECT ${raw} FROM raw_event WHERE id = $1`, [id]))[0];

export const rawEvents = (ids) => asked("raw_events", `SELECT ${raw} FROM raw_event WHERE id = ANY($1)`, [ids]);

export const processedEvents = (name) =>
  asked("processed_events", "SELECT * FROM processed_event WHERE name = $1 ORDER BY id DESC LIMIT 100", [name]);

// Texts of JSON, since the driver would make an array of PostgreSQL of an array.
const json = (value) => (value === undefined ? null : JSON.stringify(value));

export const createRawEvent = async ({ id = randomUUID(), name, data, timestamp, source, version, metadata }) => {
  const text = `INSERT INTO raw_event (${raw}) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${raw}`;
  return (await asked("create_raw_event", text, [id, name, json(data), timestamp, source, version, json(metadata)]))[0];
};
