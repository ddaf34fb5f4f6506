-- How far the sweeper of titles has come: the day of each time zone's segments, and the last segment looked at.
CREATE TABLE legend_sweep (
    time_zone text PRIMARY KEY,
    date      date NOT NULL,
    after     integer NOT NULL DEFAULT 0,
    done      boolean NOT NULL DEFAULT false
);
CREATE INDEX segment_time_zone ON segment (time_zone, number);
