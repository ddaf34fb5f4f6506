-- Least times over 5 km and 10 km, so that the boards about them can be worked out again; NULL when the activity is shorter or
-- was saved before Activity kept them.
ALTER TABLE ledger ADD COLUMN best_5km_ms bigint, ADD COLUMN best_10km_ms bigint;
