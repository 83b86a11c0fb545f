using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Dispatch.Data;

/// <summary>Ids as 16 bytes whose order is that of version 7 ids: by time.</summary>
internal sealed class GuidToBigEndianBytes() : ValueConverter<Guid, byte[]>(id => id.ToByteArray(true), bytes => new Guid(bytes, true));
