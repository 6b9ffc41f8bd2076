-- The events of examples/events as a user of PostgreSQL keeps them: a column for each field, a foreign key for the relation, an index for
-- each thing that is asked.
CREATE TABLE raw_event (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  data jsonb NOT NULL,
  timestamp timestamptz,
  source text,
  version text,
  metadata jsonb
);
CREATE INDEX ON raw_event (name, id);

CREATE TYPE processing_status AS ENUM ('SUCCESS', 'FAILED', 'PARTIAL');

CREATE TABLE processed_event (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  raw_event_id uuid NOT NULL REFERENCES raw_event,
  name text NOT NULL,
  processed_data jsonb,
  processed_timestamp timestamptz,
  status processing_status,
  processing_time_ms double precision,
  enrichment_data jsonb,
  error_message text
);
CREATE INDEX ON processed_event (name, id);
CREATE INDEX ON processed_event (raw_event_id);
