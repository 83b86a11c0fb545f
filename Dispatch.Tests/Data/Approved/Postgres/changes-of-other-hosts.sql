-- 1 of 1: @accounts guid[], @host_Id uuid
SELECT p0."AccountId", p."HostId", COALESCE(sum(p."Changes"), 0.0)::bigint AS "Changes", count(*)::int AS "Rows"
FROM "ProjectTallies" AS p
INNER JOIN "Projects" AS p0 ON p."ProjectId" = p0."Id"
WHERE p0."AccountId" = ANY (@accounts) AND p."HostId" <> @host_Id
GROUP BY p0."AccountId", p."HostId";
