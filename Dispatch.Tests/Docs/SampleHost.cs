using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Docs;

/// <summary>A host, a user with a key, and a receiver.</summary>
public sealed class SampleHost : IAsyncLifetime
{
    private TestHost? host;

    public Receiver Receiver { get; private set; } = null!;

    public ApiUser User { get; private set; } = null!;

    public string Url => host!.Url;

    public async ValueTask InitializeAsync()
    {
        host = await TestHost.StartAsync();
        Receiver = await Receiver.StartAsync();
        User = await ApiUser.SignUpAsync(Url);
    }

    public async ValueTask DisposeAsync()
    {
        User.Dispose();
        await Receiver.DisposeAsync();
        await host!.DisposeAsync();
    }

    /// <summary>The variables that the guide asks its readers to set.</summary>
    internal Dictionary<string, string> Environment(string path) => new()
    {
        ["DISPATCH_URL"] = Url,
        ["DISPATCH_API_KEY"] = User.Key,
        ["INBOX"] = Receiver.Url + path,
        ["RECEIVER_URL"] = Receiver.Url + path,
    };

    internal string Fill(string sample) => sample.Replace("{{base}}", Url, StringComparison.Ordinal);
}
