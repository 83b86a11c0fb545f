using System.Data.Common;

namespace Dispatch.Data.Statements;

/// <summary>A row that a statement returned. SQLite and SQL Server keep ids as bytes (<see cref="GuidToBigEndianBytes"/>).</summary>
internal readonly struct SqlRow(DbDataReader reader)
{
    public Guid Id(int column) => reader.GetValue(column) switch
    {
        byte[] bytes => new Guid(bytes, bigEndian: true),
        var id => (Guid)id,
    };

    public string Text(int column) => reader.GetString(column);

    public string? OptionalText(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public byte[] Bytes(int column) => reader.GetFieldValue<byte[]>(column);

    public int Number(int column) => reader.GetInt32(column);

    public int? OptionalNumber(int column) => reader.IsDBNull(column) ? null : reader.GetInt32(column);

    public long Long(int column) => reader.GetInt64(column);

    public long? OptionalLong(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
}
