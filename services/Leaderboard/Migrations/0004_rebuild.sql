-- What the streams of activities say. Numbers and places cannot be worked out again and are kept; profiles are a copy of
-- what Athlete owns. Filling the copy of the ledger would mark every day: its marks go into a copy that is thrown away.
INSERT INTO rebuild_table (name, key_columns, version_column, holds_all, is_swapped) VALUES
    ('ledger', '{activity_id}', 'version', true, true),
    ('board_dirty', '{athlete, sport, day}', NULL, false, false);
