-- Local Legend titles that changed hands, as LocalLegend told them: once a segment and date. DERIVED from its messages.
CREATE TABLE title_change (
    segment_id   uuid NOT NULL,
    date         date NOT NULL,
    segment_name text NOT NULL,
    sport        smallint NOT NULL,
    won_by       uuid,
    efforts      integer NOT NULL,
    lost_by      uuid,
    lost_with    integer NOT NULL,
    PRIMARY KEY (segment_id, date)
);
CREATE INDEX title_change_won ON title_change (won_by, date DESC, segment_id DESC) WHERE won_by IS NOT NULL;
CREATE INDEX title_change_lost ON title_change (lost_by, date DESC, segment_id DESC) WHERE lost_by IS NOT NULL;
