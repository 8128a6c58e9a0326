-- Folder in the list; the number of the draft, which callers compare, and that of the draft that
-- was published last; who changed the draft, and when.
ALTER TABLE flows ADD COLUMN folder TEXT NOT NULL DEFAULT '';
ALTER TABLE flows ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE flows ADD COLUMN published_revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE flows ADD COLUMN draft_by TEXT NOT NULL DEFAULT '';
ALTER TABLE flows ADD COLUMN draft_at BIGINT NOT NULL DEFAULT 0;
UPDATE flows SET draft_at = updated_at,
  published_revision = CASE WHEN draft = (
    SELECT v.document FROM flow_versions v WHERE v.flow = flows.id AND v.version = flows.version)
  THEN 1 ELSE 0 END;
CREATE INDEX flows_workspace ON flows (workspace, id);
ALTER TABLE flow_versions ADD COLUMN author TEXT NOT NULL DEFAULT '';

-- Deliveries that a person gave by hand for building a flow; what a check of the sender names is
-- masked in them.
CREATE TABLE samples (
  id UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  flow UUID NOT NULL,
  created_at BIGINT NOT NULL,
  title TEXT NOT NULL,
  method TEXT NOT NULL,
  query TEXT NOT NULL,
  headers TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX samples_flow ON samples (flow, id);

-- What the last test of a step gave, for the mappings of later steps.
CREATE TABLE step_outputs (
  flow UUID NOT NULL,
  step TEXT NOT NULL,
  at BIGINT NOT NULL,
  output TEXT NOT NULL,
  PRIMARY KEY (flow, step)
);

-- Failed runs of a flow are counted for the list.
CREATE INDEX runs_flow_trouble ON runs (flow, id) WHERE state IN ('failed', 'parked');

-- The name of a connection at its service, and its last change by a person.
ALTER TABLE connections ADD COLUMN account TEXT;
ALTER TABLE connections ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
UPDATE connections SET account = note WHERE state = 'working';
