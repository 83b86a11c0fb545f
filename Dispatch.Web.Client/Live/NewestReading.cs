namespace Dispatch.Web.Client.Live;

/// <summary>Numbers readings that may overlap: what an older one answers must not replace what a newer one did.</summary>
internal sealed class NewestReading
{
    private int newest;

    public int Begin() => ++newest;

    public bool IsNewest(int reading) => reading == newest;
}
