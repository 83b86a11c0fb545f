-- 1 of 6: @projectIds1 varbinary(16)
SELECT [p].[Id]
FROM [Projects] AS [p]
WHERE [p].[Id] = @projectIds1 AND [p].[DeletedAt] IS NULL;

-- 2 of 6: @p0 varbinary(16), @p1 varbinary(16), @p2 varbinary(16), @p3 int, @p4 varbinary(16), @p5 bigint, @p6 bigint, @p7 bigint, @p8 varbinary(max), @p9 varbinary(16), @p10 int, @p11 nvarchar(9), @p12 nvarchar(400), @p13 bigint, @p14 nvarchar(2048)
INSERT INTO [Jobs] ([Id], [AccountId], [ArmedBy], [Attempt], [ClaimId], [CreatedAt], [FireAt], [NextAttemptAt], [Payload], [ProjectId], [RetryCount], [Status], [Title], [UpdatedAt], [WebhookUrl]) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14);

-- 3 of 6: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId varbinary(16), @ProjectIds1 varbinary(16)
UPDATE [p]
SET [p].[Scheduled] = [p].[Scheduled] + @Scheduled,
    [p].[Firing] = [p].[Firing] + @Firing,
    [p].[Success] = [p].[Success] + @Success,
    [p].[Failed] = [p].[Failed] + @Failed,
    [p].[Dead] = [p].[Dead] + @Dead,
    [p].[Cancelled] = [p].[Cancelled] + @Cancelled,
    [p].[Changes] = [p].[Changes] + CAST(1 AS bigint)
FROM [ProjectCounters] AS [p]
WHERE [p].[HostId] = @HostId AND [p].[ProjectId] = @ProjectIds1;

-- 4 of 6: @hostId varbinary(16), @projectIds1 varbinary(16)
SELECT [p].[ProjectId]
FROM [ProjectCounters] AS [p]
WHERE [p].[HostId] = @hostId AND [p].[ProjectId] = @projectIds1;

-- 5 of 6: @p0 varbinary(16), @p1 varbinary(16), @p2 bigint, @p3 bigint, @p4 bigint, @p5 bigint, @p6 bigint, @p7 bigint, @p8 bigint
INSERT INTO [ProjectCounters] ([ProjectId], [HostId], [Cancelled], [Changes], [Dead], [Failed], [Firing], [Scheduled], [Success]) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8);

-- 6 of 6: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId varbinary(16), @ProjectIds1 varbinary(16)
UPDATE [p]
SET [p].[Scheduled] = [p].[Scheduled] + @Scheduled,
    [p].[Firing] = [p].[Firing] + @Firing,
    [p].[Success] = [p].[Success] + @Success,
    [p].[Failed] = [p].[Failed] + @Failed,
    [p].[Dead] = [p].[Dead] + @Dead,
    [p].[Cancelled] = [p].[Cancelled] + @Cancelled,
    [p].[Changes] = [p].[Changes] + CAST(1 AS bigint)
FROM [ProjectCounters] AS [p]
WHERE [p].[HostId] = @HostId AND [p].[ProjectId] = @ProjectIds1;
