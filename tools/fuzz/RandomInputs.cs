
namespace Emulator.Fuzz;

/// <summary>Makes random inputs that know how drivers, rings and requests look, so that most of what they do is nearly right.</summary>
/// <param name="kinds">The devices.</param>
/// <param name="only">Which of them, or <see cref="AnyDevice"/>.</param>
internal sealed class RandomInputs(IReadOnlyList<FuzzDevice> kinds, int only)
{
    /// <summary>All devices by turns.</summary>
    public const int AnyDevice = -1;

    private const int MostOperations = 40;
    private const int MostBytes = 8192;

    private readonly InputWriter _input = new(MostBytes);
    private readonly RequestDraft _draft = new();
    private FuzzRandom _random = new(0);
    private int _nextRequest;

    /// <summary>Makes the input of a number; valid until the next one is made.</summary>
    public ReadOnlySpan<byte> Make(ulong seed)
    {
        _random = new FuzzRandom(seed);
        _input.Clear();
        _nextRequest = 0;
        uint kind = only == AnyDevice ? _random.Next((uint)kinds.Count) : (uint)only;
        _input.Byte(kind).Byte(_random.Next(256));
        if (!_random.Once(8))
        {
            PutStart();
        }

        // Some drivers are good, some write to the rings what they like, some do anything.
        uint manner = _random.Next(4);
        for (uint operations = 1 + _random.Next(MostOperations); operations > 0; operations--)
        {
            uint what = _random.Next(16);
            if (manner > 1 && what >= 10)
            {
                PutMischief(manner == 3);
            }
            else if (what < 9)
            {
                PutRequest(kinds[(int)kind]);
            }
            else
            {
                PutEvent();
            }
        }

        return _input.Written;
    }

    private InputWriter Put(FuzzOperation operation, uint upper = 0) => _input.Byte((uint)operation | (upper << 4));

    private void PutStart() => Put(FuzzOperation.Start, _random.Next(16)).Byte(_random.Once(3) ? _random.Next(256) : 0);

    private void PutRequest(FuzzDevice kind)
    {
        _draft.Clear();
        if (kind.MakeRequest is { } make)
        {
            make(_random, _draft);
        }
        else
        {
            MakeFromList(kind.Requests);
        }

        if (_random.Once(16))
        {
            _draft.Queue = _random.Next(8);
        }

        if (_random.Once(16))
        {
            _draft.Room = _random.Next(70);
            _draft.Padding = _random.Next(70);
        }

        Put(FuzzOperation.Request, _random.Next(16)).Byte(_draft.Queue).UInt16((uint)_draft.Content.Written.Length).Bytes(_draft.Content.Written);
        _input.UInt16(_draft.Padding).UInt16(_draft.Room).Byte(_random.Next(256));
    }

    // Often the next one in a row that makes sense, sometimes with a byte that is wrong.
    private void MakeFromList(IReadOnlyList<byte[]> requests)
    {
        _draft.Queue = _random.Once(2) ? 0 : _random.Next(6);
        _draft.Room = _random.Once(16) ? _random.Of(0, 8, 64) : _random.Of(512, 5000);
        if (requests.Count == 0)
        {
            _draft.Padding = _random.Next(64);
            return;
        }

        int index = _random.Once(3) ? (int)_random.Next((uint)requests.Count) : _nextRequest % requests.Count;
        _nextRequest = index + 1;
        _draft.Queue = _random.Once(8) ? _draft.Queue : 0;
        bool isWrong = _random.Once(6);
        uint wrong = _random.Next((uint)requests[index].Length);
        for (int i = 0; i < requests[index].Length; i++)
        {
            _draft.Content.Byte(isWrong && i == wrong ? _random.Next(256) : requests[index][i]);
        }
    }

    private void PutEvent()
    {
        switch (_random.Next(9))
        {
            case 2 when _random.Once(8):
                Put(FuzzOperation.Reset);
                PutStart();
                break;
            case 6 or 7:
                uint value = _random.Of(_random.Next(8), _random.Next(8), 0x8000, 0xc000, (_random.Next(4) << 12) | _random.Next(4), (uint)_random.UInt64());
                Put(FuzzOperation.Configure).Byte(_random.Next(256)).UInt32(value);
                break;
            case 8:
                Put(FuzzOperation.ReadAnywhere, _random.Next(16)).UInt16(Place());
                break;
            case 0:
                Put(FuzzOperation.Advance).UInt16(_random.Next(300));
                break;
            case 1:
                Put(FuzzOperation.SaveAndLoad);
                break;
            case 2:
                Put(FuzzOperation.Notify, _random.Next(8));
                break;
            default:
                uint length = 1 + _random.Next(8);
                Put(FuzzOperation.Poke, length - 1);
                for (; length > 0; length--)
                {
                    _input.Byte(_random.Next(256));
                }

                break;
        }
    }

    private void PutMischief(bool anything)
    {
        switch (_random.Next(anything ? 8u : 4u))
        {
            case 0:
            case 1:
                PutDescriptor();
                break;
            case 2:
                Put(FuzzOperation.WriteRing).UInt16((_random.Next(4) * 0x4000) + _random.Of(0u, 2, 0x80, 0x82, 0x84, 0x1000, 0x1002, _random.Next(0x4000))).UInt16(_random.Once(2) ? _random.Next(16) : (uint)_random.UInt64());
                break;
            case 3:
                Put(FuzzOperation.Notify, _random.Next(8));
                break;
            case 4:
                Put(FuzzOperation.WriteRegister).Byte(_random.Next(0x80)).UInt32(_random.Once(3) ? (uint)_random.UInt64() : _random.Next(16));
                break;
            case 5:
                Put(FuzzOperation.WriteAnywhere, _random.Next(16)).UInt16(Place()).UInt32(_random.Once(2) ? (uint)_random.UInt64() : _random.Next(16));
                break;
            case 6:
                Put(FuzzOperation.ReadAnywhere, _random.Next(16)).UInt16(Place());
                break;
            default:
                if (_random.Once(2))
                {
                    Put(FuzzOperation.WriteConfiguration, _random.Next(16)).UInt16(_random.Next(0x110)).UInt32(_random.Once(2) ? (uint)_random.UInt64() : _random.Next(32));
                }
                else
                {
                    Put(FuzzOperation.ReadConfiguration, _random.Next(16)).UInt16(_random.Next(0x110));
                }

                break;
        }
    }

    // Near the start of a page, where registers are.
    private uint Place() => _random.Once(4) ? _random.Next(0x1_0000) : (_random.Next(8) * 0x1000) + _random.Next(0x200);

    private void PutDescriptor()
    {
        uint ring = _random.Next(4) * 0x4000;
        uint index = _random.Next(8);
        Put(FuzzOperation.WriteMemory).Byte(16).UInt16(ring + (16 * index));
        _input.UInt64(_random.Once(8) ? _random.UInt64() : 0x4000_0000 + (ulong)(_random.Once(4) ? _random.Next(0x4_0000) : ring + 0x200 + (16 * _random.Next(16))));
        _input.UInt32(_random.Once(8) ? (uint)_random.UInt64() : _random.Of(16u, 32, 1, 512, 4096, _random.Next(300)));
        
        // The last index is one too many for a ring of the usual size.
        _input.UInt16(_random.Next(8)).UInt16(_random.Once(8) ? (uint)_random.UInt64() : _random.Next(9));
    }
}
