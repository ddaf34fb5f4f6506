using System.Security.Cryptography;

namespace Strava.Activities.Archive;

/// <summary>A chunk as its event row holds it.</summary>
/// <param name="Version">Of the event in its stream.</param>
/// <param name="Sequence">The phone's number.</param>
/// <param name="Count">Points.</param>
/// <param name="Bytes">As the point codec wrote them, which is compact already.</param>
internal sealed record ArchivedChunk(long Version, long Sequence, int Count, byte[] Bytes)
{
    public byte[] Sha256 => SHA256.HashData(Bytes);
}

/// <summary>
/// One object: an activity's chunks. It says whose they are, so that the store alone would be enough to bring them
/// back. Form: "SVA1", activity id (16 bytes, as written), number of chunks, then for each version, sequence, count,
/// length, bytes; whole numbers little endian, 7 bits a byte, the sequence in 8 bytes.
/// </summary>
internal static class ArchiveObject
{
    private static readonly byte[] Magic = "SVA1"u8.ToArray();

    public static byte[] Encode(Guid activityId, IReadOnlyCollection<ArchivedChunk> chunks)
    {
        using var content = new MemoryStream();
        using var writer = new BinaryWriter(content);
        writer.Write(Magic);
        writer.Write(activityId.ToByteArray(bigEndian: true));
        writer.Write7BitEncodedInt(chunks.Count);
        foreach (var chunk in chunks)
        {
            writer.Write7BitEncodedInt64(chunk.Version);
            writer.Write(chunk.Sequence);
            writer.Write7BitEncodedInt(chunk.Count);
            writer.Write7BitEncodedInt(chunk.Bytes.Length);
            writer.Write(chunk.Bytes);
        }

        writer.Flush();
        return content.ToArray();
    }

    /// <summary>Whether the chunks are the right ones only their hashes can say.</summary>
    /// <exception cref="InvalidDataException">It is no object of this activity, or not whole.</exception>
    public static IReadOnlyDictionary<long, ArchivedChunk> Decode(Guid activityId, byte[] content)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(content));
            if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic)
                || new Guid(reader.ReadBytes(16), bigEndian: true) != activityId)
            {
                throw new InvalidDataException("The object is not of this activity.");
            }

            var chunks = new Dictionary<long, ArchivedChunk>();
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            {
                var (version, sequence, count) = (reader.Read7BitEncodedInt64(), reader.ReadInt64(), reader.Read7BitEncodedInt());
                var length = reader.Read7BitEncodedInt();
                if (length < 0 || length > content.Length - reader.BaseStream.Position)
                {
                    throw new InvalidDataException("The object is cut short.");
                }

                chunks[version] = new ArchivedChunk(version, sequence, count, reader.ReadBytes(length));
            }

            return chunks;
        }
        catch (Exception exception) when (exception is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("The object is damaged.", exception);
        }
    }
}
