using Sfu.Host.Composition;
using Sfu.Host.Options;

if (args is [MediaProcess.Verb, ..])
{
    return MediaProcessProgram.Run(args.AsSpan(1));
}

try
{
    return await new CommandLine().RunAsync(args, NodeProgram.RunAsync);
}
catch (StartException e)
{
    await Console.Error.WriteLineAsync($"sfu: {e.Message}");
    return 1;
}
