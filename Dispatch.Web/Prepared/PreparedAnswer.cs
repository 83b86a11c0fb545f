namespace Dispatch.Web.Prepared;

/// <summary>One path's answer: made at the first request for it, once for all who ask meanwhile, and kept.</summary>
internal sealed class PreparedAnswer(PreparedPath path, TemplateMaker maker, TimeProvider clock)
{
    private readonly Lock gate = new();
    private Task<Made?>? made;

    public bool IsForStrangers => path.IsForStrangers;

    /// <summary>Null: it could not be made; the next request tries again.</summary>
    public Task<Made?> GetAsync()
    {
        var current = Volatile.Read(ref made);
        return current is not null && IsGood(current) ? current : MakeOnceAsync();
    }

    private Task<Made?> MakeOnceAsync()
    {
        lock (gate)
        {
            if (made is not null && IsGood(made)) return made;
            return made = Task.Run(MakeAsync);
        }
    }

    private async Task<Made?> MakeAsync() =>
        await maker.MakeAsync(path.Path) is { } template ? new(template, new CompressedCopies(template, clock)) : null;

    private bool IsGood(Task<Made?> task)
    {
        if (!task.IsCompleted) return true;
        if (!task.IsCompletedSuccessfully || task.Result is not { } done) return false;
        return path.KeepFor is not { } keepFor || clock.GetUtcNow() - done.Template.MadeAt < keepFor;
    }

    internal sealed record Made(AnswerTemplate Template, CompressedCopies Copies);
}
