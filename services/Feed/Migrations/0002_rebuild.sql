-- What the streams of activities say; the other tables are copies of what Athlete owns.
INSERT INTO rebuild_table (name, key_columns, version_column, holds_all) VALUES ('activity', '{activity_id}', 'version', true);
