using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Dispatch.Data;

/// <summary>Ids as 16 bytes that sort like version 7 ids: by time.</summary>
internal sealed class GuidToBigEndianBytes() : ValueConverter<Guid, byte[]>(id => id.ToByteArray(true), bytes => new Guid(bytes, true));
