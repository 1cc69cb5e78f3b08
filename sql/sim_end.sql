-- script: sim_end
-- The copy is a store like any other again.
DROP TRIGGER sim_insert;
DROP TRIGGER sim_update;
DROP TABLE sim_job;
DROP TABLE sim_count
