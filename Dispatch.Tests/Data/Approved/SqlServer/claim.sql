-- 1 of 3: @p nvarchar(9), @p6 bigint, @p7 varbinary(16), @ids1 varbinary(16), @ids2 varbinary(16), @ids3 varbinary(16), @latest bigint, @hostId varbinary(16), @transition_From nvarchar(9)
UPDATE [j]
SET [j].[Status] = @p,
    [j].[UpdatedAt] = @p6,
    [j].[Attempt] = [j].[Attempt] + 1,
    [j].[ClaimId] = @p7
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (@ids1, @ids2, @ids3) AND [j].[NextAttemptAt] <= @latest AND COALESCE([j].[ArmedBy], 0x00000000000000000000000000000000) = @hostId AND EXISTS (
    SELECT 1
    FROM [Projects] AS [p]
    WHERE [p].[Id] = [j].[ProjectId] AND [p].[DeletedAt] IS NULL) AND [j].[Status] = @transition_From;

-- 2 of 3: @ids1 varbinary(16), @ids2 varbinary(16), @ids3 varbinary(16), @claimId varbinary(16)
SELECT [j].[Id], [j].[ProjectId], [j].[Title], [j].[WebhookUrl], [j].[Payload], [j].[NextAttemptAt], [j].[Attempt], [j].[RetryCount], [p].[SecretCipher], [p].[PreviousSecretCipher], [p].[PreviousSecretExpiresAt]
FROM [Jobs] AS [j]
INNER JOIN [Projects] AS [p] ON [j].[ProjectId] = [p].[Id]
WHERE [j].[Id] IN (@ids1, @ids2, @ids3) AND [j].[ClaimId] = @claimId;

-- 3 of 3: @more_Scheduled bigint, @more_Firing bigint, @more_Success bigint, @more_Failed bigint, @more_Dead bigint, @more_Cancelled bigint, @hostId varbinary(16), @ids1 varbinary(16)
UPDATE [p]
SET [p].[Scheduled] = [p].[Scheduled] + @more_Scheduled,
    [p].[Firing] = [p].[Firing] + @more_Firing,
    [p].[Success] = [p].[Success] + @more_Success,
    [p].[Failed] = [p].[Failed] + @more_Failed,
    [p].[Dead] = [p].[Dead] + @more_Dead,
    [p].[Cancelled] = [p].[Cancelled] + @more_Cancelled,
    [p].[Changes] = [p].[Changes] + CAST(1 AS bigint)
FROM [ProjectTallies] AS [p]
WHERE [p].[HostId] = @hostId AND [p].[ProjectId] = @ids1;
