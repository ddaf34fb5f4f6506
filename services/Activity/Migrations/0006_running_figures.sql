-- The running figures in a tenth of the bytes: they are written with each chunk. A node of the release before goes on
-- writing statistics, and leaves figures as they were: where statistics is not NULL it is the newer of the two.
ALTER TABLE activity_progress ADD COLUMN figures bytea NULL;
