using System.Buffers;
using System.Text;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dispatch.Data.Copying;

/// <summary>The size of one table's rows, and the characters in them that PostgreSQL would refuse.</summary>
internal sealed class RowContent
{
    private const int Fixed = 200;   // a row's bytes beside its texts and byte arrays, about

    private static readonly SearchValues<char> Suspects =
        SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(unit => (char)unit), '\0']);   // surrogates and NUL

    private readonly IProperty[] properties;
    private readonly (INavigation Navigation, RowContent Content)[] documents;

    /// <param name="entity">The rows of a table, or the JSON documents in one of its columns.</param>
    public RowContent(ITypeBase entity)
    {
        properties = [.. entity.GetProperties().Where(property => property.PropertyInfo is not null
            && (property.ClrType == typeof(string) || property.ClrType == typeof(string[]) || property.ClrType == typeof(byte[])))];
        documents = entity is IEntityType { } owner
            ? [.. DocumentsOf(owner).Select(navigation => (navigation, new RowContent(navigation.TargetEntityType)))]
            : [];
    }

    public static IEnumerable<INavigation> DocumentsOf(IEntityType entity) =>
        entity.GetNavigations().Where(navigation => navigation.TargetEntityType.IsOwned() && !navigation.IsOnDependent);

    /// <summary>About so many bytes.</summary>
    public long SizeOf(object row)
    {
        long bytes = Fixed;
        foreach (var property in properties)
        {
            bytes += property.GetGetter().GetClrValue(row) switch
            {
                string text => 2L * text.Length,
                byte[] value => value.Length,
                _ => 0,
            };
        }

        return bytes;
    }

    /// <summary>Replaces NUL and halves of surrogate pairs with U+FFFD. Returns the number of changed texts.</summary>
    public int Repair(object row)
    {
        var repaired = 0;
        foreach (var property in properties)
        {
            var value = property.GetGetter().GetClrValue(row);
            if (value is string text && Repaired(text) is { } sound)
            {
                property.PropertyInfo!.SetValue(row, sound);
                repaired++;
            }
            else if (value is string[] texts)
            {
                repaired += RepairAll(texts);
            }
        }

        foreach (var (navigation, content) in documents)
        {
            if (navigation.GetGetter().GetClrValue(row) is { } document) repaired += content.Repair(document);
        }

        return repaired;
    }

    private static int RepairAll(string[] texts)
    {
        var repaired = 0;
        for (var at = 0; at < texts.Length; at++)
        {
            if (Repaired(texts[at]) is not { } sound) continue;
            texts[at] = sound;
            repaired++;
        }

        return repaired;
    }

    private static string? Repaired(string text)
    {
        if (!text.AsSpan().ContainsAny(Suspects)) return null;
        var sound = new StringBuilder(text.Length);
        // EnumerateRunes returns U+FFFD for half of a surrogate pair.
        foreach (var rune in text.EnumerateRunes()) sound.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        var result = sound.ToString();
        return result == text ? null : result;
    }
}
