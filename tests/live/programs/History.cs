// A WCF client of the history of operations, written by what README.md says of it and nothing else.
//
//     History.exe URL REQUEST_ID...
//
// Prints each of these operations, then the last ten, then those of them that failed.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.Serialization;
using System.ServiceModel;

[DataContract(Namespace = History.Names)]
public enum Outcome
{
    [EnumMember] Running,
    [EnumMember] Succeeded,
    [EnumMember] Failed,
    [EnumMember] Unknown
}

[DataContract(Namespace = History.Names)]
public class RecordedSubtask
{
    [DataMember] public string Description, Error, Name, Status;
    [DataMember] public int Number;
    [DataMember] public decimal Percent;
    [DataMember] public long UniqueId;
}

[DataContract(Namespace = History.Names)]
public class RecordedOperation
{
    [DataMember] public string Address, Client, Error, OperationId, Parameters, RequestId;
    [DataMember] public int Attempts;
    [DataMember] public bool ClientSawEnd;
    [DataMember] public DateTime? Ended;
    [DataMember] public DateTime Started;
    [DataMember] public Guid Id;
    [DataMember] public Outcome Outcome;
    [DataMember] public decimal Percent;
    [DataMember] public List<RecordedSubtask> Subtasks;
}

[ServiceContract(Namespace = History.Names)]
public interface IOperationHistory
{
    [OperationContract] RecordedOperation GetOperation(string requestId);
    [OperationContract] List<RecordedOperation> GetOperations(int limit, Outcome? outcome);
}

public static class History
{
    public const string Names = "urn:ipam-progress:history";

    public static int Main(string[] arguments)
    {
        var factory = new ChannelFactory<IOperationHistory>(
            new NetTcpBinding(SecurityMode.None),
            new EndpointAddress(arguments[0] + "/IpamOperationHistory"));
        var history = factory.CreateChannel();
        for (int position = 1; position < arguments.Length; position++)
            Show(history.GetOperation(arguments[position]));
        Console.WriteLine("all");
        foreach (var operation in history.GetOperations(10, null)) Show(operation);
        Console.WriteLine("failed");
        foreach (var operation in history.GetOperations(10, Outcome.Failed)) Show(operation);
        Console.WriteLine("end");
        Console.Out.Flush();
        Environment.Exit(0); // without closing: that is tried elsewhere
        return 0;
    }

    static void Show(RecordedOperation operation)
    {
        if (operation == null) { Console.WriteLine("nothing"); return; }
        Console.WriteLine(string.Join(" ",
            operation.OperationId, operation.Outcome, operation.RequestId, operation.Id,
            operation.Percent.ToString(CultureInfo.InvariantCulture),
            operation.Started.ToUniversalTime().ToString("o"),
            operation.Ended == null ? "-" : "ended", operation.ClientSawEnd ? "seen" : "-",
            operation.Attempts, operation.Error ?? "-"));
        Console.WriteLine("  " + (operation.Parameters ?? "-"));
        foreach (var subtask in operation.Subtasks ?? new List<RecordedSubtask>())
            Console.WriteLine(string.Join(" ", " ", subtask.Number, subtask.UniqueId, subtask.Name,
                subtask.Status, subtask.Percent.ToString(CultureInfo.InvariantCulture)));
    }
}
