-- What the streams of activities say; athlete_profile is a copy of what Athlete owns.
INSERT INTO rebuild_table (name, key_columns, version_column, holds_all) VALUES
    ('activity', '{activity_id}', 'version', true),
    ('activity_track', '{activity_id}', 'version', false);
