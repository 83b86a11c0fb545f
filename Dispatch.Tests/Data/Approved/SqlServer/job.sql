-- 1 of 2: @scope_AccountId varbinary(16), @only varbinary(16), @jobId varbinary(16)
SELECT TOP(1) [j].[Id], [j].[AccountId], [j].[ArmedBy], [j].[Attempt], [j].[CreatedAt], [j].[FireAt], [j].[Generation], [j].[NextAttemptAt], [j].[Payload], [j].[ProjectId], [j].[RetryCount], [j].[Status], [j].[Title], [j].[UpdatedAt], [j].[WebhookUrl], [p0].[Id], [p0].[Name], (
    SELECT TOP(1) [b].[Bytes]
    FROM [BigPayloads] AS [b]
    WHERE [b].[JobId] = [j].[Id])
FROM [Jobs] AS [j]
INNER JOIN (
    SELECT [p].[Id], [p].[Name]
    FROM [Projects] AS [p]
    WHERE [p].[AccountId] = @scope_AccountId AND [p].[DeletedAt] IS NULL AND [p].[Id] = @only
) AS [p0] ON [j].[ProjectId] = [p0].[Id]
WHERE [j].[Id] = @jobId;

-- 2 of 2: @jobId varbinary(16)
SELECT [a].[Id], [a].[DurationMs], [a].[Error], [a].[FiredAt], [a].[JobId], [a].[LatenessMs], [a].[Number], [a].[ResponseBody], [a].[ResponseCode], [a].[Status]
FROM [Attempts] AS [a]
WHERE [a].[JobId] = @jobId
ORDER BY [a].[Number] DESC;
