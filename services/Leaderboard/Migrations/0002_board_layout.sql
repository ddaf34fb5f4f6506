-- Which boards Redis was filled with last (Boards/Window.cs, BoardLayout). Boards from before this script are layout 1;
-- the applier sees that the code has more, marks all athletes once and fills everything from the ledger. athlete_place
-- has held regions and cities from the beginning, so the new boards begin with their past.
ALTER TABLE board_store ADD COLUMN layout integer NOT NULL DEFAULT 1;
