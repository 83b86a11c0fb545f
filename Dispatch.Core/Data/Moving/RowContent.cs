using System.Buffers;
using System.Text;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dispatch.Data.Moving;

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
    public long Weigh(object row)
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
    public int Mend(object row)
    {
        var mended = 0;
        foreach (var property in properties)
        {
            var value = property.GetGetter().GetClrValue(row);
            if (value is string text && Mended(text) is { } sound)
            {
                property.PropertyInfo!.SetValue(row, sound);
                mended++;
            }
            else if (value is string[] texts)
            {
                mended += MendAll(texts);
            }
        }

        foreach (var (navigation, content) in documents)
        {
            if (navigation.GetGetter().GetClrValue(row) is { } document) mended += content.Mend(document);
        }

        return mended;
    }

    private static int MendAll(string[] texts)
    {
        var mended = 0;
        for (var at = 0; at < texts.Length; at++)
        {
            if (Mended(texts[at]) is not { } sound) continue;
            texts[at] = sound;
            mended++;
        }

        return mended;
    }

    /// <summary>Null where nothing is wrong.</summary>
    private static string? Mended(string text)
    {
        if (!text.AsSpan().ContainsAny(Suspects)) return null;
        var sound = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) sound.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);   // half a pair is enumerated as U+FFFD
        var result = sound.ToString();
        return result == text ? null : result;
    }
}
