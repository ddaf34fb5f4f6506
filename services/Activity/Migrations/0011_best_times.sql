-- Least times over 5 and 10 km of a saved activity, told outside. DERIVED from the points; NULL: it is shorter, or was saved
-- before they were kept. No activity is longer than an int of ms.
ALTER TABLE activity ADD COLUMN best_5km_ms int NULL, ADD COLUMN best_10km_ms int NULL;

-- A rebuild takes them from the live rows: it reads no points, and where these are archived it could not.
UPDATE rebuild_table SET ignored_columns = '{best_5km_ms, best_10km_ms}' WHERE name = 'activity';
