using Dispatch.Model;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data.Copying;

/// <summary>Decides whether a move begins, goes on, or must not; and marks both databases.</summary>
internal sealed class CopyStart(CopyDatabase source, CopyDatabase target, IReadOnlyList<CopiedTable> tables, ICopyWatcher watcher)
{
    private readonly Guid run = Guid.CreateVersion7();

    public static CopyException Outdated(CopyDatabase source, CopyDatabase target) =>
        target.Refusal($"{target} holds a part of {source} from before a host was started there, or of another database. Empty it, or name another one, and begin anew.");

    /// <summary>The target's mark, which is this run's.</summary>
    public async Task<CopyMark> BeginAsync()
    {
        var before = await target.UseAsync(db => db.FindCopyMarkAsync(CopyRole.Target));
        var noted = await source.UseAsync(db => db.FindCopyMarkAsync(CopyRole.Source));
        if (before is not null && before.CopyId != noted?.CopyId) throw Outdated(source, target);
        if (before is null) await RefuseRowsAsync();
        else watcher.Say($"The move that was begun at {DateTimeOffset.FromUnixTimeMilliseconds(before.StartedAt):yyyy-MM-dd HH:mm:ss}Z goes on.");

        var (move, startedAt) = before is null ? (Guid.CreateVersion7(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()) : (before.CopyId, before.StartedAt);
        CopyMark Mark(CopyRole role) => new() { CopyId = move, Role = role, RunId = run, StartedAt = startedAt };
        if (before is null) await source.UseAsync(db => db.SetCopyMarkAsync(Mark(CopyRole.Source)));
        await target.UseAsync(db => db.SetCopyMarkAsync(Mark(CopyRole.Target)));
        return Mark(CopyRole.Target);
    }

    // A host that was started on it once has left keys. Without an account, nothing is encrypted with them that anybody needs.
    private async Task RefuseRowsAsync()
    {
        foreach (var table in tables.Where(table => table.RowType != typeof(DataProtectionKey)))
        {
            var rows = await target.UseAsync(table.CountAsync);
            if (rows > 0) throw target.Refusal($"{target} is not empty: {table.Name} has {rows:N0} {(rows == 1 ? "row" : "rows")}. An empty database is wanted.");
        }

        await target.UseAsync(db => db.DataProtectionKeys.ExecuteDeleteAsync());
    }
}
