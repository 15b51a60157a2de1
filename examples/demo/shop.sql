-- The shop of the demo: small, but with a table that would be missed.
-- ana and ben are both members of the role that owns it.
CREATE ROLE shop NOLOGIN;
GRANT shop TO ana, ben;
GRANT CREATE ON SCHEMA public TO shop;
SET ROLE shop;

CREATE TABLE customers (
  id           integer PRIMARY KEY,
  email        text NOT NULL,
  last_seen_at timestamptz
);
INSERT INTO customers
SELECT n, 'customer' || n || '@example.com', timestamptz '2026-01-01' + n * interval '1 hour'
FROM generate_series(1, 1240) n;

CREATE TABLE events (
  id          bigint PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers,
  kind        text NOT NULL,
  at          timestamptz NOT NULL
);
INSERT INTO events
SELECT n, 1 + n % 1240, (ARRAY['view', 'cart', 'order', 'refund'])[1 + n % 4], timestamptz '2026-01-01' + n * interval '1 minute'
FROM generate_series(1, 30000) n;

CREATE TABLE orders_2023 (
  id          integer PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers,
  total       numeric(10, 2) NOT NULL
);
INSERT INTO orders_2023
SELECT n, 1 + n % 1240, 10 + n % 90
FROM generate_series(1, 615) n;

CREATE TABLE sessions (
  id          integer PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers,
  until       timestamptz NOT NULL
);
INSERT INTO sessions
SELECT n, 1 + n % 1240, timestamptz '2025-01-01' + n * interval '1 minute'
FROM generate_series(1, 3310) n;
