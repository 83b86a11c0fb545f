using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Project;

/// <summary>An answer of the test endpoint that can be chosen with one press.</summary>
internal sealed record InboxPreset(string Name, string Title, string Meaning, InboxAnswer Answer)
{
    /// <summary>Stands for an answer that is none of the presets.</summary>
    public const string Custom = "custom";

    public static IReadOnlyList<InboxPreset> All { get; } =
    [
        new("ok", "200", "Deliveries succeed.", new InboxAnswer { Status = 200, DelayMs = 0 }),
        new("error", "500", "Deliveries fail and are tried again until the job is DEAD.", new InboxAnswer { Status = 500, DelayMs = 0 }),
        new("slow", "Slow", "Deliveries succeed after 10 seconds.", new InboxAnswer { Status = 200, DelayMs = 10_000 }),
    ];

    public static string NameOf(InboxAnswer answer) => All.FirstOrDefault(preset => preset.Answer == answer)?.Name ?? Custom;
}
