using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dispatch.Tests.Copying;

/// <summary>A row of any table, made from the model: no column of it is empty.</summary>
internal sealed class SampleRows
{
    private readonly Dictionary<IEntityType, object> rows = [];
    private int next = 40;

    /// <summary>Tables that this one refers to must have theirs already.</summary>
    public object Make(IEntityType entity)
    {
        var row = MakeOf(entity);
        foreach (var key in entity.GetForeignKeys())
        {
            var values = key.PrincipalKey.Properties.Select(property => property.GetGetter().GetClrValue(rows[key.PrincipalEntityType]));
            foreach (var (property, value) in key.Properties.Zip(values)) property.PropertyInfo!.SetValue(row, value);
        }

        foreach (var document in entity.GetNavigations().Where(navigation => navigation.TargetEntityType.IsOwned()))
        {
            document.PropertyInfo!.SetValue(row, MakeOf(document.TargetEntityType));
        }

        rows[entity] = row;
        return row;
    }

    /// <summary>Every value of a row, for comparing; of what the database numbers, not the number.</summary>
    public static IReadOnlyList<string> Values(IEntityType entity, object row) =>
    [
        .. entity.GetProperties()
            .Where(property => property.PropertyInfo is not null && !(property.IsPrimaryKey() && property.ClrType == typeof(int)))
            .Select(property => $"{property.Name}: {Text(property.GetGetter().GetClrValue(row))}"),
        .. entity.GetNavigations().Where(navigation => navigation.TargetEntityType.IsOwned())
            .SelectMany(navigation => Values(navigation.TargetEntityType, navigation.GetGetter().GetClrValue(row)!)
                .Select(value => $"{navigation.Name}.{value}")),
    ];

    private static string Text(object? value) => value switch
    {
        null => throw new InvalidOperationException("A sample has no empty column."),
        byte[] bytes => Convert.ToHexString(bytes),
        string[] texts => string.Join(" ", texts),
        DateTimeOffset instant => instant.ToUniversalTime().ToString("O"),
        var other => other.ToString()!,
    };

    private object MakeOf(IEntityType entity)
    {
        var row = RuntimeHelpers.GetUninitializedObject(entity.ClrType);
        foreach (var property in entity.GetProperties().Where(property => property.PropertyInfo is not null)) Set(property, row);
        return row;
    }

    private void Set(IProperty property, object row)
    {
        next++;
        var type = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
        object value = type switch
        {
            _ when type == typeof(Guid) => Guid.CreateVersion7(),
            _ when type == typeof(string) => $"é😀{next}"[..Math.Min(property.GetMaxLength() ?? 5, 5)],
            _ when type == typeof(string[]) => new[] { "usb", "nfc" },
            _ when type == typeof(byte[]) => new byte[] { 0, (byte)next, 255 },
            _ when type == typeof(bool) => true,
            _ when type == typeof(int) => next,
            _ when type == typeof(uint) => (uint)next,
            _ when type == typeof(long) => 1_700_000_000_000L + next,
            _ when type == typeof(DateTimeOffset) => new DateTimeOffset(2026, 11, 23, 9, 30, 0, 4, TimeSpan.Zero).AddSeconds(next),
            { IsEnum: true } => Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!,
            _ => throw new NotSupportedException($"{property.DeclaringType.DisplayName()}.{property.Name} is a {type}."),
        };
        property.PropertyInfo!.SetValue(row, value);
    }
}
