using System.Buffers;
using System.Text;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dispatch.Data.Copying;

/// <summary>The texts and bytes of one table's rows: what a row weighs, and what another database would refuse in it.</summary>
internal sealed class RowContent
{
    /// <summary>What a row takes beside its texts and bytes, about.</summary>
    private const int Fixed = 200;

    private static readonly SearchValues<char> Suspects = SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(unit => (char)unit), '\0']);

    private readonly IProperty[] properties;
    private readonly (INavigation Navigation, RowContent Content)[] documents;

    /// <param name="entity">A table's rows, or the JSON documents in one of its columns.</param>
    public RowContent(ITypeBase entity)
    {
        properties = [.. entity.GetProperties().Where(property => property.PropertyInfo is not null
            && (property.ClrType == typeof(string) || property.ClrType == typeof(string[]) || property.ClrType == typeof(byte[])))];
        documents = entity is IEntityType { } owner ? [.. DocumentsOf(owner).Select(navigation => (navigation, new RowContent(navigation.TargetEntityType)))] : [];
    }

    public static IEnumerable<INavigation> DocumentsOf(IEntityType entity) =>
        entity.GetNavigations().Where(navigation => navigation.TargetEntityType.IsOwned() && !navigation.IsOnDependent);

    /// <summary>Bytes, about.</summary>
    public long SizeOf(object row)
    {
        long bytes = Fixed;
        foreach (var property in properties)
        {
            bytes += property.GetGetter().GetClrValue(row) switch
            {
                string text => 2L * text.Length,
                byte[] some => some.Length,
                _ => 0,
            };
        }

        return bytes;
    }

    /// <summary>Puts U+FFFD where a text holds NUL or half of a surrogate pair. Returns in how many texts it did.</summary>
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
                repaired += MendAll(texts);
            }
        }

        foreach (var (navigation, content) in documents)
        {
            if (navigation.GetGetter().GetClrValue(row) is { } document) repaired += content.Repair(document);
        }

        return repaired;
    }

    private static int MendAll(string[] texts)
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

    /// <summary>Null where nothing is wrong.</summary>
    private static string? Repaired(string text)
    {
        if (!text.AsSpan().ContainsAny(Suspects)) return null;
        var sound = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) sound.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);   // half a pair is enumerated as U+FFFD
        var result = sound.ToString();
        return result == text ? null : result;
    }
}
