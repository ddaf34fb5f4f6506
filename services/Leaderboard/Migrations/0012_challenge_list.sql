-- What the list of challenges is read from: whatever is asked for, a page is a range of this key. Sport 0: of any sport.
CREATE TABLE challenge_listed (
    sport     smallint NOT NULL,
    final     boolean NOT NULL,
    ends_on   date NOT NULL,
    challenge integer NOT NULL REFERENCES challenge,
    PRIMARY KEY (sport, final, ends_on, challenge)
);

CREATE FUNCTION challenge_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM challenge_listed
        WHERE sport = ANY (0::smallint || OLD.sports) AND final = (OLD.state = 3) AND ends_on = OLD.ends_on
            AND challenge = OLD.number;
    END IF;
    INSERT INTO challenge_listed (sport, final, ends_on, challenge)
    SELECT DISTINCT sport, NEW.state = 3, NEW.ends_on, NEW.number FROM unnest(0::smallint || NEW.sports) AS sport;
    RETURN NULL;
END
$$;
CREATE TRIGGER challenge_list_new AFTER INSERT ON challenge FOR EACH ROW EXECUTE FUNCTION challenge_list();
CREATE TRIGGER challenge_list_changed AFTER UPDATE ON challenge FOR EACH ROW
    WHEN ((OLD.state = 3, OLD.ends_on, OLD.sports) IS DISTINCT FROM (NEW.state = 3, NEW.ends_on, NEW.sports))
    EXECUTE FUNCTION challenge_list();

INSERT INTO challenge_listed (sport, final, ends_on, challenge)
SELECT DISTINCT sport, state = 3, ends_on, number FROM challenge, unnest(0::smallint || sports) AS sport;

-- Nothing reads it any more.
DROP INDEX challenge_order;
