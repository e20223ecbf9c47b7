// Asks a server for its metadata over net.tcp, by WS-MetadataExchange, and writes what it is given.
//
//     ExchangeMetadata.exe ADDRESS DIRECTORY
//
// (Mono's MetadataExchangeClient makes a channel for HTTP whatever the address: so this does what it
// would do, with the binding that MetadataExchangeBindings has in WCF, a NetTcpBinding without any
// security.)
using System;
using System.IO;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.Xml;
using System.Xml.Schema;

public static class ExchangeMetadata
{
    private const string Get = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";

    public static int Main(string[] arguments)
    {
        var binding = new NetTcpBinding(SecurityMode.None) { MaxReceivedMessageSize = 4 << 20 };
        binding.ReaderQuotas = XmlDictionaryReaderQuotas.Max;
        var address = new EndpointAddress(arguments[0]);
        var channel = new ChannelFactory<IMetadataExchange>(binding, address).CreateChannel();
        var reply = channel.Get(Message.CreateMessage(binding.MessageVersion, Get));
        Console.WriteLine(reply.Headers.Action);
        var metadata = MetadataSet.ReadFrom(reply.GetReaderAtBodyContents());
        var number = 0;
        foreach (var section in metadata.MetadataSections)
        {
            var wsdl = section.Metadata as System.Web.Services.Description.ServiceDescription;
            var name = (number++).ToString("00") + (wsdl == null ? ".xsd" : ".wsdl");
            using (var file = File.Create(Path.Combine(arguments[1], name)))
                if (wsdl == null)
                    ((XmlSchema)section.Metadata).Write(file);
                else
                    wsdl.Write(file);
            Console.WriteLine("{0} {1} {2}", name, section.Dialect, section.Identifier);
        }
        Console.Out.Flush();
        Environment.Exit(0); // to close the channel takes Mono a minute
        return 0;
    }
}
