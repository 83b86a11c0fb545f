using System.Net;
using Dispatch.Fairness;

namespace Dispatch.Delivery.Names;

/// <summary>Returns a host's addresses, in the order to try them.</summary>
/// <param name="share">Whose share of the look-ups it takes.</param>
internal delegate Task<IPAddress[]> ResolveHost(string host, Share share, CancellationToken cancellation);
