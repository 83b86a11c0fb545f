-- 1 of 1: @ids nvarchar(4000), @now bigint
SELECT [s].[Id]
FROM [Sessions] AS [s]
WHERE [s].[Id] IN (
    SELECT [i].[value]
    FROM OPENJSON(@ids) WITH ([value] binary(16) '$') AS [i]
) AND [s].[ExpiresAt] > @now;
