using System.Text.Json.Serialization;
using Sfu.Media.Remote;

namespace Sfu.Host.Health;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RuntimeReport))]
internal sealed partial class RuntimeReportJsonContext : JsonSerializerContext;
