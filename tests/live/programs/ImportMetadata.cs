// Reads WSDL and schemas as svcutil does, with WCF's own importer, and writes a client of them.
//
//     ImportMetadata.exe DIRECTORY CLIENT.cs [CLR-NAMESPACE]
//
// Prints each endpoint and each error as JSON. CLR-NAMESPACE is where the types of
// http://Microsoft.Windows.Ipam go, like svcutil's option /namespace. Contracts with callbacks are
// left out of the client: Mono's generator fails over their operations, which have no input.
using System;
using System.CodeDom;
using System.IO;
using System.Linq;
using System.Runtime.Serialization;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.Xml.Schema;
using Microsoft.CSharp;

public static class ImportMetadata
{
    public static int Main(string[] arguments)
    {
        var documents = new MetadataSet();
        foreach (var file in Directory.GetFiles(arguments[0]).OrderBy(name => name))
            documents.MetadataSections.Add(Read(file));
        var unit = new CodeCompileUnit();
        var types = new XsdDataContractImporter(unit) { Options = new ImportOptions() };
        if (arguments.Length > 2)
            types.Options.Namespaces.Add("http://Microsoft.Windows.Ipam", arguments[2]);
        var importer = new WsdlImporter(documents);
        importer.State[typeof(XsdDataContractImporter)] = types;

        foreach (var endpoint in importer.ImportAllEndpoints())
            Console.WriteLine(
                "{{\"event\":\"endpoint\",\"contract\":\"{0}\",\"address\":\"{1}\",\"binding\":[{2}],"
                + "\"actions\":[{3}]}}",
                endpoint.Contract.Name,
                endpoint.Address.Uri,
                List(endpoint.Binding.CreateBindingElements().Select(Describe)),
                List(endpoint.Contract.Operations.SelectMany(o => o.Messages).Select(m => m.Action)));
        var generator = new ServiceContractGenerator(unit);
        foreach (var contract in importer.ImportAllContracts())
            if (contract.Operations.All(o => o.Messages[0].Direction == MessageDirection.Input))
                generator.GenerateServiceContractType(contract);
        foreach (var error in importer.Errors.Concat(generator.Errors))
            Console.WriteLine(
                "{{\"event\":\"{0}\",\"message\":\"{1}\"}}",
                error.IsWarning ? "warning" : "error",
                error.Message.Replace("\\", "\\\\").Replace("\"", "\\\""));
        using (var writer = new StreamWriter(arguments[1]))
            new CSharpCodeProvider().GenerateCodeFromCompileUnit(unit, writer, null);
        return 0;
    }

    private static MetadataSection Read(string file)
    {
        if (file.EndsWith(".wsdl"))
            return MetadataSection.CreateFromServiceDescription(
                System.Web.Services.Description.ServiceDescription.Read(file));
        using (var stream = File.OpenRead(file))
            return MetadataSection.CreateFromSchema(XmlSchema.Read(stream, null));
    }

    private static string Describe(BindingElement element)
    {
        var name = element.GetType().Name.Replace("BindingElement", "");
        var windows = element as WindowsStreamSecurityBindingElement;
        var tls = element as SslStreamSecurityBindingElement;
        if (windows != null)
            return name + " " + windows.ProtectionLevel;
        return tls == null ? name : name + " " + tls.RequireClientCertificate;
    }

    private static string List(System.Collections.Generic.IEnumerable<string> items)
    {
        return string.Join(",", items.Select(item => "\"" + item + "\""));
    }
}
