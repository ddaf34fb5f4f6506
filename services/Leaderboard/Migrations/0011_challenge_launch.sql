-- For whom the board is written: the launch switch's fingerprint. When that is another, everybody who takes part is marked.
ALTER TABLE challenge ADD COLUMN written_for text NOT NULL DEFAULT 'all';
