using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Jobs;

/// <summary>Where a page stands in the grid.</summary>
internal sealed class GridPages(JobsQuery query, JobGrid grid)
{
    /// <summary>The last page that is known of, at least 1.</summary>
    public int Last { get; } = (int)Math.Clamp((grid.Total + query.Limit - 1) / query.Limit, 1, int.MaxValue);

    public int? Previous => query.Page > 1 ? query.Page - 1 : null;

    public int? Next => query.Page < Last || (!grid.TotalIsExact && grid.Jobs.Count == query.Limit) ? query.Page + 1 : null;

    /// <summary>Behind the end: the address names a page that is not there.</summary>
    public bool IsBeyond => grid.Jobs.Count == 0 && grid.Total > 0;

    /// <summary>"26–50 of 1,000,000".</summary>
    public string Position
    {
        get
        {
            var before = (long)(query.Page - 1) * query.Limit;
            var total = grid.TotalIsExact ? $"{grid.Total:N0}" : $"at least {grid.Total:N0}";
            return grid.Jobs.Count == 0 ? $"0 of {total}" : $"{before + 1:N0}–{before + grid.Jobs.Count:N0} of {total}";
        }
    }
}
