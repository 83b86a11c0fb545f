-- 1 of 4: @projectIds1 varbinary(16)
SELECT [p].[Id]
FROM [Projects] AS [p]
WHERE [p].[Id] = @projectIds1 AND [p].[DeletedAt] IS NULL;

-- 2 of 4: @p0 varbinary(16), @p1 int, @p2 varbinary(max), @p3 bit, @p4 nvarchar(max), @p5 varbinary(16), @p6 nvarchar(32), @p7 varbinary(16), @p8 bigint, @p9 nvarchar(7)
INSERT INTO [InboxRequests] ([Id], [AnsweredStatus], [Body], [BodyIsCut], [Headers], [JobId], [Method], [ProjectId], [ReceivedAt], [Signature]) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9);

-- 3 of 4: @projectId varbinary(16)
DELETE FROM [i]
FROM [InboxRequests] AS [i]
WHERE [i].[Id] IN (
    SELECT [i0].[Id]
    FROM [InboxRequests] AS [i0]
    WHERE [i0].[ProjectId] = @projectId
    ORDER BY [i0].[ReceivedAt] DESC, [i0].[Id] DESC
    OFFSET 100 ROWS
);

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
