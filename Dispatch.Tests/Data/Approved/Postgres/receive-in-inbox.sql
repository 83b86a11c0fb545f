-- 1 of 4: @projectIds guid[]
SELECT p."Id"
FROM "Projects" AS p
WHERE p."Id" = ANY (@projectIds) AND p."DeletedAt" IS NULL;

-- 2 of 4: @p0 guid[], @p1 int32[], @p2 byte[][], @p3 boolean[], @p4 string[], @p5 guid?[], @p6 string[], @p7 guid[], @p8 int64[], @p9 string[]
INSERT INTO "InboxRequests" ("Id", "AnsweredStatus", "Body", "BodyIsCut", "Headers", "JobId", "Method", "ProjectId", "ReceivedAt", "Signature") SELECT * FROM unnest(@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9);

-- 3 of 4: @projectId uuid
DELETE FROM "InboxRequests" AS i
WHERE i."Id" IN (
    SELECT i0."Id"
    FROM "InboxRequests" AS i0
    WHERE i0."ProjectId" = @projectId
    ORDER BY i0."ReceivedAt" DESC, i0."Id" DESC
    OFFSET 100
);

-- 4 of 4: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId uuid, @ProjectIds guid[]
UPDATE "ProjectCounters" AS p
SET "Scheduled" = p."Scheduled" + @Scheduled,
    "Firing" = p."Firing" + @Firing,
    "Success" = p."Success" + @Success,
    "Failed" = p."Failed" + @Failed,
    "Dead" = p."Dead" + @Dead,
    "Cancelled" = p."Cancelled" + @Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @HostId AND p."ProjectId" = ANY (@ProjectIds);
