// A program around the client that ImportMetadata.exe has written: starts a task, and asks for all.
//
//     ImportedClient.exe URL
using System;
using System.ServiceModel;

public static class ImportedClient
{
    public static int Main(string[] arguments)
    {
        var client = new IpamServerClient(
            new NetTcpBinding(SecurityMode.None), new EndpointAddress(arguments[0]));
        client.StartTask(Ipam.IpamTaskType.Discovery, "dhcp1");
        Console.WriteLine(
            "{{\"recurrence\":{0}}}", client.TaskRecurrenceDuration(Ipam.IpamTaskType.Audit).TotalSeconds);
        foreach (var task in client.GetIpamTasksInfo())
            Console.WriteLine("{{\"task\":\"{0}\",\"state\":\"{1}\"}}", task.TaskType, task.State);
        return 0;
    }
}
