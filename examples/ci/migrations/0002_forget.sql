-- A function that deletes is a warning; calling it later is what is held.
CREATE FUNCTION forget_everybody() RETURNS void LANGUAGE sql AS $$ DELETE FROM customers $$;
CREATE FUNCTION greeting(name text) RETURNS text LANGUAGE sql AS $$ SELECT 'Hello ' || name $$;
