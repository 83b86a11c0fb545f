using Dispatch.Model;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data.Copying;

/// <summary>Starts a copy, continues one that was cut off, or refuses it; marks both databases.</summary>
internal sealed class CopyStart(CopyDatabase source, CopyDatabase target, IReadOnlyList<CopiedTable> tables, ICopyWatcher watcher)
{
    private readonly Guid runId = Guid.CreateVersion7();

    public static CopyException Outdated(CopyDatabase source, CopyDatabase target) =>
        target.Refusal(
            $"{target} holds a part of {source} from before a host was started there, or of another database. "
            + "Empty it, or name another one, and begin anew.");

    /// <summary>Returns the target's mark of this run.</summary>
    public async Task<CopyMark> BeginAsync()
    {
        var earlier = await target.UseAsync(db => db.FindCopyMarkAsync(CopyRole.Target));
        var ofSource = await source.UseAsync(db => db.FindCopyMarkAsync(CopyRole.Source));
        if (earlier is not null && earlier.CopyId != ofSource?.CopyId) throw Outdated(source, target);
        var copyId = earlier?.CopyId ?? Guid.CreateVersion7();
        var startedAt = earlier?.StartedAt ?? DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        if (earlier is null) await RefuseRowsAsync();
        else watcher.Say($"The move that was begun at {DateTimeOffset.FromUnixTimeMilliseconds(startedAt):yyyy-MM-dd HH:mm:ss}Z goes on.");

        CopyMark Mark(CopyRole role) => new() { CopyId = copyId, Role = role, RunId = runId, StartedAt = startedAt };
        if (earlier is null) await source.UseAsync(db => db.SetCopyMarkAsync(Mark(CopyRole.Source)));
        await target.UseAsync(db => db.SetCopyMarkAsync(Mark(CopyRole.Target)));
        return Mark(CopyRole.Target);
    }

    // The target may have the keys of a host that was started on it once. Without an account, nobody needs data encrypted with them.
    private async Task RefuseRowsAsync()
    {
        foreach (var table in tables.Where(table => table.RowType != typeof(DataProtectionKey)))
        {
            var rows = await target.UseAsync(table.CountAsync);
            if (rows == 0) continue;
            var noun = rows == 1 ? "row" : "rows";
            throw target.Refusal($"{target} is not empty: {table.Name} has {rows:N0} {noun}. An empty database is wanted.");
        }

        await target.UseAsync(db => db.DataProtectionKeys.ExecuteDeleteAsync());
    }
}
