-- The rows beside the streams. They are rebuilt as of one moment, so versions must agree too. Running figures are kept where
-- points came in order and forgotten where they did not: not compared, and worked out again when next asked for.
INSERT INTO rebuild_table (name, key_columns, ignored_columns, holds_all) VALUES
    ('activity', '{id}', '{}', true),
    ('activity_progress', '{activity_id}', '{statistics, figures}', false),
    ('route_chunk', '{activity_id, sequence}', '{}', false),
    ('imported_file', '{athlete_id, sha256}', '{}', false);

-- Events up to this number were visible when their streams were folded.
ALTER TABLE rebuild ADD COLUMN horizon bigint;
