using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Api;

/// <summary>One field's value: where it stands in the body, and its text where it is a string or a number.</summary>
/// <param name="Depth">Levels of nesting, the value's own object or array counted as 1.</param>
internal readonly record struct JsonField(JsonTokenType Kind, string? Text, int Start, int End, int Depth);

/// <summary>
/// The fields of a body that is one JSON object, read strictly in a single pass: unknown and repeated fields are errors with their name,
/// and the whole text must be sound Unicode. The reader collects field errors, so that a caller learns all of them at once.
/// </summary>
internal sealed class JsonFields
{
    private const int MaxErrors = 20;   // a body may hold ten thousand unknown fields; the answer should not
    private const int MaxEchoedName = 100;

    // Depth is our own rule with an error of its own, not a parse error.
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = int.MaxValue };

    private readonly FieldNames names;
    private readonly JsonField[] fields;
    private List<ApiError>? errors;

    private JsonFields(FieldNames names)
    {
        this.names = names;
        fields = new JsonField[names.Count];
    }

    /// <summary>Null while nothing is wrong.</summary>
    public Failure? Failure => errors is null ? null : Failure.Fields(errors);

    /// <summary>A field that is not there has the kind <see cref="JsonTokenType.None"/>.</summary>
    public JsonField this[int field] => fields[field];

    public static Parsed<JsonFields> Read(ReadOnlySpan<byte> body, FieldNames names)
    {
        if (!Utf8.IsValid(body)) return Failure.BadRequest("invalid_utf8", "The body is not valid UTF-8");
        var read = new JsonFields(names);
        try
        {
            return read.ReadObject(body) is { } failure ? failure : read;
        }
        catch (JsonException)
        {
            return Failure.BadRequest("malformed_json", "The body is not valid JSON");
        }
    }

    /// <summary>Reports a field with the code <c>{field}_{problem}</c>.</summary>
    public void Report(int field, string problem, string message) =>
        Report($"{names.Code(field)}_{problem}", names.Name(field), $"{names.Name(field)} {message}");

    public void Report(string code, string field, string message)
    {
        errors ??= [];
        if (errors.Count < MaxErrors) errors.Add(new ApiError(code, field, message));
    }

    /// <summary>The text of a field that must be there; null after reporting that it is not, or is no string.</summary>
    public string? RequiredText(int field)
    {
        switch (fields[field].Kind)
        {
            case JsonTokenType.String:
                return fields[field].Text;
            case JsonTokenType.None or JsonTokenType.Null:
                Report(field, "required", "is required");
                return null;
            default:
                Report(field, "invalid", "must be a string");
                return null;
        }
    }

    /// <summary>
    /// A whole number in that range, both ends included; null after reporting that it is not there, or is something else.
    /// </summary>
    public int? RequiredWholeNumber(int field, int min, int max)
    {
        var (kind, text, _, _, _) = fields[field];
        var isWhole = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (kind == JsonTokenType.Number && isWhole && number >= min && number <= max) return number;
        if (kind is JsonTokenType.None or JsonTokenType.Null) Report(field, "required", "is required");
        else Report(field, "invalid", WholeNumberRule(min, max));
        return null;
    }

    /// <summary>What to say of a field that breaks the rule, after its name.</summary>
    public static string WholeNumberRule(int min, int max) => $"must be a whole number from {min:N0} to {max:N0}";

    /// <summary>A name for people: 1 to <paramref name="maxLength"/> characters after trimming.</summary>
    public string? RequiredName(int field, int maxLength)
    {
        if (RequiredText(field)?.Trim() is not { } text) return null;
        if (text.Length == 0) Report(field, "required", "must not be empty");
        else if (text.Length > maxLength && text.EnumerateRunes().Count() > maxLength)
            Report(field, "too_long", $"must have at most {maxLength} characters");
        else if (text.Contains('\0')) Report(field, "invalid", "must not contain NUL");   // no database keeps it in text
        else return text;
        return null;
    }

    private Failure? ReadObject(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return Failure.BadRequest("body_not_object", "The body must be a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Surrogates.AnyLone(in reader)) return LoneSurrogate(null);
            var field = names.IndexOf(in reader);
            var name = field < 0 ? Shown(reader.GetString()!) : names.Name(field);
            if (!ReadValue(ref reader, out var value)) return LoneSurrogate(name);
            if (field < 0) Report("unknown_field", name, $"{name} is not a field of this call");
            else if (fields[field].Kind != JsonTokenType.None) Report("duplicate_field", name, $"{name} is there more than once");
            else fields[field] = value;
        }

        reader.Read();   // throws where anything follows the object
        return null;
    }

    private static bool ReadValue(ref Utf8JsonReader reader, out JsonField value)
    {
        reader.Read();
        var (kind, start, depth, outer) = (reader.TokenType, (int)reader.TokenStartIndex, 0, reader.CurrentDepth);
        var sound = !Surrogates.AnyLone(in reader);
        var text = (sound, kind) switch
        {
            (true, JsonTokenType.String) => reader.GetString(),
            (true, JsonTokenType.Number) => Encoding.ASCII.GetString(reader.ValueSpan),
            _ => null,
        };
        if (kind is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            depth = 1;
            while (reader.Read() && reader.CurrentDepth > outer)
            {
                sound &= !Surrogates.AnyLone(in reader);
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    depth = Math.Max(depth, reader.CurrentDepth - outer + 1);
            }
        }

        value = new JsonField(kind, text, start, (int)reader.BytesConsumed, depth);
        return sound;
    }

    private static string Shown(string name) => name.Length <= MaxEchoedName ? name : Surrogates.Cut(name, MaxEchoedName) + "…";

    private static Failure LoneSurrogate(string? field) =>
        Failure.BadRequest("lone_surrogate", "The body contains half of a surrogate pair, which is no character", field);
}
