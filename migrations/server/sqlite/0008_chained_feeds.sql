-- Each event carries what all events before it come to, so that a phone whose cursor belongs to
-- another history of this server is noticed, also where somebody restored a backup without giving
-- the history a new name. Null for events that are older than this; nothing is held against those.
ALTER TABLE feed_event ADD COLUMN chain INTEGER;
-- What the last event carries.
ALTER TABLE feed_counter ADD COLUMN chain INTEGER;
