using Emulator.Cpu;
using Emulator.Cpu.Features;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

[TestFixture]
internal sealed unsafe class PointerAuthenticationTests
{
    private const uint PacIa = 0xdac10020; // PACIA X0, X1
    private const uint AutIa = 0xdac11020; // AUTIA X0, X1
    private const uint PacIb = 0xdac10420; // PACIB X0, X1
    private const uint PacDa = 0xdac10820; // PACDA X0, X1
    private const uint AutDa = 0xdac11820; // AUTDA X0, X1
    private const uint PacDb = 0xdac10c20; // PACDB X0, X1
    private const uint PacGa = 0x9ac23020; // PACGA X0, X1, X2
    private const uint StripI = 0xdac143e0; // XPACI X0
    private const uint StripD = 0xdac147e0; // XPACD X0
    private const uint PacIaSp = 0xd503233f;
    private const uint AutIaSp = 0xd50323bf;
    private const uint RetAa = 0xd65f0bff;
    private const uint EretAa = 0xd69f0bff;
    private const uint LoadAuthenticated = 0xf8200402; // LDRAA X2, [X0]
    private const ulong Pointer = CpuWorld.RamBase + 0x1238;
    private const ulong Control = 25 | (25 << 16);

    private static readonly ushort KeyRegister = A64.Register(3, 0, 2, 1, 0);

    [Test]
    public void CodesAreAddedCheckedAndTakenOff()
    {
        using CpuWorld world = Create().Enter(1);
        world.SetX(0, Pointer);
        world.SetX(1, 77);
        world.Execute(PacIa);
        ulong signed = world.X(0);
        Assert.That(signed & ((1UL << 39) - 1), Is.EqualTo(Pointer));
        Assert.That(signed, Is.Not.EqualTo(Pointer));
        world.Execute(AutIa);
        Assert.That(world.X(0), Is.EqualTo(Pointer));

        world.SetX(0, signed);
        world.Execute(StripI);
        Assert.That(world.X(0), Is.EqualTo(Pointer));
    }

    [TestCase(0x0000_0040_1234_5678u, 0x2000_0040_1234_5678u, false)]
    [TestCase(0xffff_ff80_0000_0000u, 0xbfff_ff80_0000_0000u, false)]
    [TestCase(0xab00_0040_1234_5678u, 0xab20_0040_1234_5678u, true)]
    public void WrongCodesBecomeAddressesThatFault(ulong pointer, ulong expected, bool hasTag)
    {
        using CpuWorld world = Create();
        world[SystemRegisterSlot.TcrEl1] = Control | (hasTag ? 3UL << 37 : 0);
        world.Enter(1);
        world.SetX(0, pointer);
        world.Execute(PacIa);
        world.SetX(1, 1);
        world.Execute(AutIa);
        Assert.That(world.X(0), Is.EqualTo(expected));
    }

    [Test]
    public void TagsStayUnlessTheyAreOfDataOnly()
    {
        const ulong Tagged = 0xab00_0000_0000_1238;
        using CpuWorld world = Create();
        world[SystemRegisterSlot.TcrEl1] = Control | (1UL << 37) | (1UL << 51);
        world.Enter(1);
        world.SetX(0, Tagged);
        world.Execute(StripD);
        Assert.That(world.X(0), Is.EqualTo(Tagged));
        world.Execute(StripI);
        Assert.That(world.X(0), Is.EqualTo(0x1238));
    }

    [Test]
    public void OneHalfWithTagsMakesBit55TheHalfOfBoth()
    {
        // Bits 63 and 55 differ. TBI0 alone is set, and bit 55 says that the pointer is in the upper half (AddPAC).
        using CpuWorld world = Create();
        world[SystemRegisterSlot.TcrEl1] = Control | (1UL << 37);
        world.Enter(1);
        world.SetX(0, (1UL << 55) | 0x1238);
        world.Execute(PacIa);
        Assert.That((world.X(0) >> 55) & 1, Is.EqualTo(1));

        using CpuWorld without = Create().Enter(1);
        without.SetX(0, (1UL << 55) | 0x1238);
        without.Execute(PacIa);
        Assert.That((without.X(0) >> 55) & 1, Is.Zero);
    }

    [TestCase(PacIa, SystemControl.EnableInstructionKeyA)]
    [TestCase(PacIb, SystemControl.EnableInstructionKeyB)]
    [TestCase(PacDa, SystemControl.EnableDataKeyA)]
    [TestCase(PacDb, SystemControl.EnableDataKeyB)]
    public void KeysThatAreOffChangeNothing(uint instruction, ulong enable)
    {
        using CpuWorld world = Create();
        world[SystemRegisterSlot.SctlrEl1] &= ~enable;
        world[SystemRegisterSlot.HcrEl2] &= ~HypervisorConfiguration.PermitPointerAuthentication;
        world.Enter(1);
        world.SetX(0, Pointer);
        world.Execute(instruction);
        Assert.That(world.Cpu.LastException, Is.Null);
        Assert.That(world.X(0), Is.EqualTo(Pointer));
    }

    [TestCase(PacIa)]
    [TestCase(AutDa)]
    [TestCase(PacGa)]
    [TestCase(PacIaSp)]
    [TestCase(RetAa)]
    [TestCase(LoadAuthenticated)]
    public void HypervisorAndMonitorTrap(uint instruction)
    {
        for (int level = 0; level <= 2; level++)
        {
            using CpuWorld world = Create();
            world[SystemRegisterSlot.HcrEl2] &= ~HypervisorConfiguration.PermitPointerAuthentication;
            world[SystemRegisterSlot.ScrEl3] &= level == 2 ? ~SecureConfiguration.PermitPointerAuthentication : ulong.MaxValue;
            world.Enter(level);
            world.Execute(instruction);
            int target = level == 2 ? 3 : 2;
            Assert.That(world.Cpu.LastException?.ToLevel, Is.EqualTo(target));
            Assert.That(world.ClassAt(target), Is.EqualTo(ExceptionClass.PointerAuthenticationTrap));
            Assert.That(world.IssAt(target), Is.Zero);
            Assert.That(world[SystemRegisterSlot.ElrEl1 + target - 1], Is.EqualTo(CpuWorld.Code));
        }
    }

    [Test]
    public void ProgramsOfAHostNeedNoPermissionOfIt()
    {
        using CpuWorld world = Create();
        world[SystemRegisterSlot.SctlrEl2] |= SystemControl.EnableKeys;
        world[SystemRegisterSlot.TcrEl2] = Control;
        world[SystemRegisterSlot.HcrEl2] &= ~HypervisorConfiguration.PermitPointerAuthentication;
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.Host | HypervisorConfiguration.TrapGeneralExceptions;
        world.Enter(0);
        world.SetX(0, Pointer);
        world.Execute(PacIa);
        Assert.That(world.Cpu.LastException, Is.Null);
        Assert.That(world.X(0), Is.Not.EqualTo(Pointer));
    }

    [TestCase(0UL, false)]
    [TestCase(1UL << 51, true)]
    public void TagsOfInstructionsFaultWhereTheyAreOfDataOnly(ulong dataOnly, bool faults)
    {
        using CpuWorld world = Create();
        var tables = new PageTables(world);
        world[SystemRegisterSlot.MairEl1] = PageTables.Attributes;
        world[SystemRegisterSlot.TcrEl1] = PageTables.Control | (1UL << 37) | dataOnly;
        world[SystemRegisterSlot.Ttbr0El1] = tables.Root;
        world[SystemRegisterSlot.HcrEl2] &= ~HypervisorConfiguration.DefaultCacheability;
        world[SystemRegisterSlot.SctlrEl1] |= SystemControl.MmuEnable;
        world.Enter(1);
        world.Write(CpuWorld.Code, A64.Nop);
        world.State->Pc = CpuWorld.Code | (0xabUL << 56);
        world.Run(1);
        Assert.That(world.Cpu.LastException?.Kind, faults ? Is.EqualTo(ExceptionKind.InstructionAbort) : Is.Null);
    }

    [Test]
    public void KeyRegistersAreTrapped()
    {
        using CpuWorld guest = Create();
        guest[SystemRegisterSlot.HcrEl2] &= ~HypervisorConfiguration.PermitKeys;
        guest.Enter(1);
        guest.Execute(A64.Write(KeyRegister, 3));
        Assert.That(guest.ClassAt(2), Is.EqualTo(ExceptionClass.SystemRegisterTrap));

        using CpuWorld host = Create();
        host[SystemRegisterSlot.ScrEl3] &= ~SecureConfiguration.PermitKeys;
        host.Enter(2);
        host.Execute(A64.Read(KeyRegister, 3));
        Assert.That(host.ClassAt(3), Is.EqualTo(ExceptionClass.SystemRegisterTrap));
    }

    [Test]
    public void KeysAreRegisters()
    {
        using CpuWorld world = Create().Enter(1);
        world.SetX(3, 0x0123_4567_89ab_cdef);
        world.Execute(A64.Write(KeyRegister, 3));
        world.Execute(A64.Read(KeyRegister, 4));
        Assert.That(world.X(4), Is.EqualTo(0x0123_4567_89ab_cdef));
    }

    [Test]
    public void FirmwareThatStandsInPermitsAll()
    {
        using CpuWorld world = new(CpuModel.Max);
        world.Cpu.Start(CpuWorld.Code, 1);
        world[SystemRegisterSlot.SctlrEl1] |= SystemControl.EnableKeys;
        world.Execute(PacIa);
        world.Execute(A64.Write(KeyRegister, 3));
        Assert.That(world.Cpu.LastException, Is.Null);
    }

    [Test]
    public void ReturnsGoWhereTheCodeIsRight()
    {
        using CpuWorld world = Create().Enter(1);
        world.State->X[CpuState.StackPointer] = CpuWorld.RamBase + 0x800;
        world.SetX(30, CpuWorld.Code + 0x80);
        world.Write(CpuWorld.Code, PacIaSp, RetAa);
        world.State->Pc = CpuWorld.Code;
        world.Run(2);
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.Code + 0x80));

        world.SetX(30, CpuWorld.Code + 0x80);
        world.Write(CpuWorld.Code, PacIaSp, AutIaSp);
        world.State->Pc = CpuWorld.Code;
        world.Run(2);
        Assert.That(world.X(30), Is.EqualTo(CpuWorld.Code + 0x80));

        world.SetX(30, CpuWorld.Code + 0x80);
        world.Execute(RetAa);
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.Code + 0x80 + (1UL << 61)));
    }

    [Test]
    public void ExceptionReturnsAuthenticateElr()
    {
        using CpuWorld world = Create().Enter(1);
        world.State->X[CpuState.StackPointer] = 0x4444_0000;
        world.SetX(0, CpuWorld.Code + 0x80);
        world.SetX(1, 0x4444_0000);
        world.Execute(PacIa);
        world[SystemRegisterSlot.ElrEl1] = world.X(0);
        world[SystemRegisterSlot.SpsrEl1] = 0x3c0;
        world.Execute(EretAa);
        Assert.That(world.Cpu.LastException, Is.Null);
        Assert.That(world.Cpu.ExceptionLevel, Is.Zero);
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.Code + 0x80));
        world.Execute(EretAa);
        Assert.That(world.ClassAt(1), Is.EqualTo(ExceptionClass.Unknown));
    }

    [Test]
    public void LoadsAuthenticateTheirBase()
    {
        using CpuWorld world = Create().Enter(1);
        world.Write64(Pointer, 0x1122);
        world.SetX(0, Pointer);
        world.SetX(1, 0);
        world.Execute(PacDa);
        world.Execute(LoadAuthenticated);
        Assert.That(world.X(2), Is.EqualTo(0x1122));
        world.SetX(0, Pointer);
        world.Execute(LoadAuthenticated);
        Assert.That(world.ClassAt(1), Is.EqualTo(ExceptionClass.DataAbort));
        Assert.That(world[SystemRegisterSlot.FarEl1], Is.EqualTo(Pointer + (1UL << 61)));
    }

    [Test]
    public void WithoutTheFeatureHintsAreNothing()
    {
        using CpuWorld world = new CpuWorld(CpuModel.Max with { Features = CpuModel.Max.Features.Without(CpuFeature.PAuth) }).Enter(1);
        world[SystemRegisterSlot.SctlrEl1] |= SystemControl.EnableKeys;
        world.SetX(30, Pointer);
        world.Execute(PacIaSp);
        Assert.That(world.X(30), Is.EqualTo(Pointer));
        Assert.That(world.Cpu.LastException, Is.Null);
    }

    private static CpuWorld Create()
    {
        CpuWorld world = new(CpuModel.Max);
        Stage2World.MapAllOnItself(world);
        world[SystemRegisterSlot.ScrEl3] |= SecureConfiguration.PermitKeys | SecureConfiguration.PermitPointerAuthentication;
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.PermitKeys | HypervisorConfiguration.PermitPointerAuthentication | HypervisorConfiguration.DefaultCacheability;
        for (int level = 1; level <= 3; level++)
        {
            world[SystemRegisterSlot.SctlrEl1 + level - 1] |= SystemControl.EnableKeys;
            world[SystemRegisterSlot.TcrEl1 + level - 1] = level == 1 ? Control : 25;
        }

        for (int i = 0; i < 10; i++)
        {
            world[SystemRegisterSlot.ApiaKeyLoEl1 + i] = 0x0102_0304_0506_0708 * (ulong)(i + 1);
        }

        return world;
    }
}
