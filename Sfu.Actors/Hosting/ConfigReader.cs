using System.Collections.Immutable;
using System.Globalization;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Sfu.Actors.Hosting;

/// <summary>Reads one section of HOCON strictly: what is not of the asked type or range is refused with its key, where Akka would guess.</summary>
internal sealed class ConfigReader(Config section, string path)
{
    public string Path => path;

    public SfuConfigurationException Wrong(string key, string problem) => new($"{path}.{key}", problem);

    public ConfigReader Section(string key) => new(section.GetConfig(key), $"{path}.{key}");

    public string Text(string key)
    {
        var text = Raw(key);
        return text.Length > 0 ? text : throw Wrong(key, "is empty");
    }

    /// <summary>Null when it is empty.</summary>
    public string? OptionalText(string key) => section.HasPath(key) && Raw(key) is { Length: > 0 } text ? text : null;

    public bool Boolean(string key) => Raw(key) switch
    {
        "on" or "true" or "yes" => true,
        "off" or "false" or "no" => false,
        var other => throw Wrong(key, $"\"{other}\" is neither on nor off"),
    };

    public int Integer(string key, int least, int most)
    {
        var text = Raw(key);
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Wrong(key, $"\"{text}\" is not a whole number of {least} … {most}");
    }

    public TimeSpan Duration(string key, TimeSpan least, TimeSpan most)
    {
        TimeSpan value;
        try
        {
            value = section.GetTimeSpan(key, allowInfinite: false);
        }
        catch (Exception exception) when (exception is FormatException or ConfigurationException or OverflowException)
        {
            throw Wrong(key, $"\"{Raw(key)}\" is not a duration like 500 ms or 3 s");
        }

        return value >= least && value <= most
            ? value
            : throw Wrong(key, string.Create(CultureInfo.InvariantCulture, $"\"{Raw(key)}\" is not within {least.TotalSeconds} s … {most.TotalSeconds} s"));
    }

    public ImmutableArray<string> Texts(string key) => List(key, value => value.GetString());

    /// <summary>A list of sections with no other keys than these.</summary>
    public ImmutableArray<ConfigReader> Sections(string key, IReadOnlyCollection<string> keys)
    {
        var index = 0;
        return List(key, value =>
        {
            var itemPath = $"{path}.{key}[{index++}]";
            if (!value.IsObject())
            {
                throw new SfuConfigurationException(itemPath, "is not a section");
            }

            var unknown = value.GetObject().Items.Keys.FirstOrDefault(item => !keys.Contains(item));
            return unknown is null
                ? new ConfigReader(new Config(new HoconRoot(value)), itemPath)
                : throw new SfuConfigurationException($"{itemPath}.{unknown}", "there is no such key");
        });
    }

    private ImmutableArray<T> List<T>(string key, Func<HoconValue, T> read)
    {
        var value = section.GetValue(key);
        return value is not null && value.Values.Any(element => element is HoconArray) ? [.. value.GetArray().Select(read)] : throw Wrong(key, "is not a list");
    }

    private string Raw(string key)
    {
        var value = section.GetValue(key) ?? throw Wrong(key, "is missing");
        return value.IsString() ? value.GetString().Trim() : throw Wrong(key, "is not a plain value");
    }
}
