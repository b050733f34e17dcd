-- A relay is in step from the start, too, when its row was made from what zooid has (`tender import`).
DROP TRIGGER relay_is_in_step_when_the_log_says_so;
CREATE TRIGGER relay_is_in_step_when_the_log_says_so BEFORE UPDATE OF synced ON relay
WHEN NEW.synced = 1 AND OLD.synced = 0 AND coalesce(
  (SELECT instr(replace(detail, '}', ','), '"revision":' || NEW.revision || ',') FROM activity
   WHERE resource_type = 'relay' AND resource_id = NEW.id
     AND activity_type IN ('complete_relay_sync', 'adopt_relay_info', 'import_relay')
   ORDER BY seq DESC LIMIT 1), 0) = 0
BEGIN
  SELECT RAISE(ABORT, 'synced belongs to tender, which sets it when zooid has taken the newest revision: leave it out of the statement');
END;
