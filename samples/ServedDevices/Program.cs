using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Server;
using ServedDevices;

// Two devices of one's own for a machine in another process:
//   dotnet run --project samples/ServedDevices -- unix:/tmp/devices
//   emu run --firmware u-boot.bin --proxy unix:/tmp/devices
using VirtioProxyServer server = new VirtioProxyServer().Add(new CountingDisk(sectors: 1 << 20)).Add(new DieThrower());
server.Listen(ProxyAddress.Parse(args is [string address] ? address : "unix:devices.sock"));
Console.WriteLine($"serving at {server.Address}");
Console.ReadLine();
