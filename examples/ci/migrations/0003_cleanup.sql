SELECT greeting('shop');
SELECT forget_everybody();
DELETE FROM customers WHERE last_seen_at < now() - interval '2 years';
DELETE FROM orders WHERE 1 = 1;
