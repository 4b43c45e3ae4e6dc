using Sfu.Host.Composition;
using Sfu.Host.Options;

if (args is [MediaProcess.Verb])
{
    return MediaProcessProgram.Run();
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
