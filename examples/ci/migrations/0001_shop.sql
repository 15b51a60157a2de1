-- What a new project begins with: nothing of it is held.
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, last_seen_at timestamptz);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint REFERENCES customers, legacy_ref text);
CREATE INDEX orders_customer ON orders (customer_id);
