-- 1 of 4: @ids1 varbinary(16)
SELECT [a].[Id]
FROM [ApiKeys] AS [a]
WHERE [a].[Id] = @ids1 AND EXISTS (
    SELECT 1
    FROM [Projects] AS [p]
    WHERE [p].[Id] = [a].[ProjectId] AND [p].[DeletedAt] IS NULL);

-- 2 of 4: @p0 varbinary(16), @p1 varbinary(16), @p2 varbinary(16), @p3 int, @p4 varbinary(16), @p5 bigint, @p6 bigint, @p7 bigint, @p8 varbinary(max), @p9 varbinary(16), @p10 int, @p11 nvarchar(9), @p12 nvarchar(400), @p13 bigint, @p14 nvarchar(2048), @p15 varbinary(16), @p16 varbinary(16), @p17 varbinary(16), @p18 int, @p19 varbinary(16), @p20 bigint, @p21 bigint, @p22 bigint, @p23 varbinary(max), @p24 varbinary(16), @p25 int, @p26 nvarchar(9), @p27 nvarchar(400), @p28 bigint, @p29 nvarchar(2048)
INSERT INTO [Jobs] ([Id], [AccountId], [ArmedBy], [Attempt], [ClaimId], [CreatedAt], [FireAt], [NextAttemptAt], [Payload], [ProjectId], [RetryCount], [Status], [Title], [UpdatedAt], [WebhookUrl]) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14), (@p15, @p16, @p17, @p18, @p19, @p20, @p21, @p22, @p23, @p24, @p25, @p26, @p27, @p28, @p29);

-- 3 of 4: @p0 varbinary(16), @p1 varbinary(16), @p2 varbinary(16), @p3 int, @p4 varbinary(16), @p5 bigint, @p6 bigint, @p7 bigint, @p8 varbinary(max), @p9 varbinary(16), @p10 int, @p11 nvarchar(9), @p12 nvarchar(400), @p13 bigint, @p14 nvarchar(2048)
INSERT INTO [Jobs] ([Id], [AccountId], [ArmedBy], [Attempt], [ClaimId], [CreatedAt], [FireAt], [NextAttemptAt], [Payload], [ProjectId], [RetryCount], [Status], [Title], [UpdatedAt], [WebhookUrl]) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14);

-- 4 of 4: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId varbinary(16), @ProjectIds1 varbinary(16)
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
