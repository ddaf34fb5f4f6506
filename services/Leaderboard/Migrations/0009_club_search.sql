-- A page of one sport's clubs is a range of this.
CREATE INDEX club_by_sport_and_name ON club (sport, folded, id);
