using System.Net;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Dispatch.Hosting;

/// <summary>
/// Binds sections to their options and collects all errors, so that an operator sees them at once. It is stricter than .NET's binder: an
/// unknown key is an error. A list is a JSON array or one comma-separated value, so that an environment variable can replace it.
/// </summary>
internal sealed class SettingsReader(IConfigurationRoot configuration)
{
    private readonly List<string> errors = [];

    public IReadOnlyList<string> Errors => errors;

    public TOptions Read<TOptions>(string section)
        where TOptions : new()
    {
        var options = new TOptions();
        var properties = typeof(TOptions).GetProperties().ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in configuration.GetSection(section).GetChildren())
        {
            if (properties.TryGetValue(child.Key, out var property)) Bind(options, property, child);
            else errors.Add($"{section}:{child.Key} is not a setting; {section} has {string.Join(", ", properties.Keys)}.");
        }

        return options;
    }

    /// <summary>Adds the error if the condition is false.</summary>
    public void Require(bool holds, string error)
    {
        if (!holds) errors.Add(error);
    }

    private void Bind(object options, PropertyInfo property, IConfigurationSection value)
    {
        try
        {
            var type = property.PropertyType;
            if (ElementType(type) is { } element) BindList(options, property, element, Texts(value));
            else if (!string.IsNullOrWhiteSpace(value.Value))
                property.SetValue(options, Parse(Nullable.GetUnderlyingType(type) ?? type, value.Value));
            else if (value.GetChildren().Any()) throw new FormatException("is a group of settings, but one value is wanted");
        }
        catch (FormatException exception)
        {
            errors.Add($"{value.Path} {exception.Message}.");
        }
    }

    private static void BindList(object options, PropertyInfo property, Type element, string[] texts)
    {
        if (texts.Length == 0) return;   // empty keeps the default
        var list = Array.CreateInstance(element, texts.Length);
        for (var i = 0; i < texts.Length; i++) list.SetValue(Parse(element, texts[i]), i);
        property.SetValue(options, list);
    }

    // The last source that has the list replaces it as a whole; lists of several sources are never mixed.
    private string[] Texts(IConfigurationSection section)
    {
        foreach (var source in configuration.Providers.Reverse())
        {
            if (source.TryGet(section.Path, out var text) && !string.IsNullOrWhiteSpace(text)) return Split(text);
            var indexes = source.GetChildKeys([], section.Path).Distinct().ToArray();
            if (indexes.Length > 0)
                return [.. indexes.Select(index => source.TryGet($"{section.Path}:{index}", out var item) ? item ?? "" : "")];
        }

        return [];
    }

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static Type? ElementType(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    private static object Parse(Type type, string text) => type switch
    {
        _ when type == typeof(string) => text,
        _ when type == typeof(int) => int.TryParse(text, out var number)
            ? number : throw new FormatException($"is '{text}'; a whole number is wanted"),
        _ when type == typeof(bool) => bool.TryParse(text, out var flag)
            ? flag : throw new FormatException($"is '{text}'; true or false is wanted"),
        _ when type == typeof(TimeSpan) => text.Contains(':') && TimeSpan.TryParse(text, out var span)
            ? span : throw new FormatException($"is '{text}'; a duration such as 00:00:30 is wanted"),
        _ when type == typeof(Uri) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new Uri(text) : throw new FormatException($"is '{text}'; an absolute http or https URL is wanted"),
        _ when type == typeof(IPEndPoint) => ParseServer(text),
        _ when type == typeof(IPNetwork) => IPNetwork.TryParse(text, out var network)
            ? network : throw new FormatException($"is '{text}'; a network such as 10.1.0.0/16 is wanted"),
        { IsEnum: true } => ParseName(type, text),
        _ => throw new NotSupportedException($"No setting is of type {type}."),
    };

    private const int NameServerPort = 53;

    // IPEndPoint reads "5353" as an address, too.
    private static IPEndPoint ParseServer(string text) =>
        text.AsSpan().ContainsAny('.', ':') && IPEndPoint.TryParse(text, out var server)
            ? new(server.Address, server.Port == 0 ? NameServerPort : server.Port)
            : throw new FormatException($"is '{text}'; an address such as 192.0.2.53 or [2001:db8::53]:5353 is wanted");

    // By name only, because Enum.TryParse would also take "1" and "Open, Closed".
    private static object ParseName(Type type, string text)
    {
        var names = Enum.GetNames(type);
        var name = names.FirstOrDefault(known => known.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase));
        return name is null ? throw new FormatException($"is '{text}'; allowed: {string.Join(", ", names)}") : Enum.Parse(type, name);
    }
}
