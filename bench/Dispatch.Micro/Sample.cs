using Dispatch.Model;

namespace Dispatch.Micro;

/// <summary>A job of usual size: about 300 bytes on its way in.</summary>
internal static class Sample
{
    public const string Title = "Trial of Ada ends tomorrow";

    public const string WebhookUrl = "https://hooks.example.com/dispatch/trial-ends?tenant=acme";

    public static readonly byte[] Payload =
        ("""{"userId":"usr_812","plan":"pro","email":"ada@example.com","endsAt":"2026-06-14T09:30:00Z","seats":12,"features":"""u8
            + """["sso","audit-log","export"],"nested":{"retry":true}}"""u8).ToArray();

    /// <param name="now">Milliseconds since the Unix epoch, UTC.</param>
    /// <param name="armedBy">The host that holds its alarm; null: it only waits in the database.</param>
    public static Job NewJob(Guid accountId, Guid projectId, long now, long dueInMs, Guid? armedBy = null) => new()
    {
        Id = Guid.CreateVersion7(),
        AccountId = accountId,
        ProjectId = projectId,
        Title = Title,
        WebhookUrl = WebhookUrl,
        Payload = Payload,
        FireAt = now + dueInMs,
        NextAttemptAt = now + dueInMs,
        ArmedBy = armedBy,
        CreatedAt = now,
        UpdatedAt = now,
    };
}
