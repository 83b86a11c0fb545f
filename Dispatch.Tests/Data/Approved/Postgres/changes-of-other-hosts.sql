-- 1 of 1: @accounts guid[], @own uuid
SELECT p0."AccountId", p."HostId", COALESCE(sum(p."Changes"), 0.0)::bigint, count(*)::int
FROM "ProjectCounters" AS p
INNER JOIN "Projects" AS p0 ON p."ProjectId" = p0."Id"
WHERE p0."AccountId" = ANY (@accounts) AND p."HostId" <> @own
GROUP BY p0."AccountId", p."HostId";
