-- How many points an open activity has been sent, so that the most it may have costs nothing to hold: the running figures
-- leave out repeats, and are not kept where points come out of order. NULL: to be counted from the stream, once. A node of the
-- release before leaves it as it was: what it stores meanwhile is not counted. DERIVED.
ALTER TABLE activity_progress ADD COLUMN points_sent int NULL;

-- A rebuild reads no points: it forgets the number, and the next write counts.
UPDATE rebuild_table SET ignored_columns = ignored_columns || '{points_sent}' WHERE name = 'activity_progress';
