-- 1 of 1: @p bigint
DELETE FROM "HourlyStats" AS h
WHERE h."Hour" < @p;
