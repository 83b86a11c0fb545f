using System.Net;
using System.Security.Cryptography;
using System.Text;
using Dispatch.Fairness;

namespace Dispatch.Web;

/// <summary>
/// Lets so many requests work at once; the addresses they come from take turns, and none gets more than is left for others. Who gets no
/// place in time is refused.
/// </summary>
internal sealed class AddressTurns(int places)
{
    /// <summary>How long a request waits for its place. A person would have pressed the button again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly FairLimiter limiter = new(new FairLimits(places));

    /// <summary>A place; give it back by disposing. Null: there was none for too long.</summary>
    public ValueTask<Permit?> EnterAsync(IPAddress? address, CancellationToken cancellation) =>
        limiter.TryEnterAsync(ShareOf(address), 1, Patience, cancellation);

    // The limiter shares among accounts; here an address is one.
    private static Share ShareOf(IPAddress? address) =>
        Share.Of(new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(ClientAddress.Network(address))).AsSpan(0, 16)));
}
