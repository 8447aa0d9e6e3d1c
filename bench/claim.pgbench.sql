-- One conventional claim: a transaction of its own, the card's row locked first.
\set person random(1, 100000)
\set code random(1, 900000000000000000)
BEGIN;
SELECT quantity AS quantity, get_limit AS get_limit FROM bench_card WHERE card_id = 'hot' FOR UPDATE \gset
SELECT count(*) AS held FROM bench_code WHERE openid = 'o' || :person AND card_id = 'hot' \gset
\if :held < :get_limit
INSERT INTO bench_code (code, card_id, openid, claim_time) VALUES ((:code)::text, 'hot', 'o' || :person, 1467025553);
UPDATE bench_card SET quantity = quantity - 1 WHERE card_id = 'hot';
INSERT INTO bench_event (card_id, openid, code, create_time) VALUES ('hot', 'o' || :person, (:code)::text, 1467025553);
\endif
COMMIT;
