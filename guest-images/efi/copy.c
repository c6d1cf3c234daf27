// A UEFI application, for disks that firmware boots from: it copies HELLO.TXT of the volume that it was loaded from to ANSWER.TXT beside it, tells so, and switches the
// machine off. It is position-independent, has no relocations and no data that change: its whole is one section of code.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;
typedef __CHAR16_TYPE__ character;

// The headers of a PE32+ image (Microsoft, PE Format), as few as there can be.
__asm__(
    ".section .head, \"a\"\n"
    "    .ascii \"MZ\"\n"
    "    .skip 58\n"
    "    .long 64\n"                       // where the next header is
    "    .ascii \"PE\\0\\0\"\n"
    "    .short 0xaa64, 1\n"               // AArch64; sections
    "    .long 0, 0, 0\n"
    "    .short 0xa0, 0x206\n"             // length of the optional header; executable, no line numbers, no debug information
    "    .short 0x20b, 0\n"                // PE32+
    "    .long 0x1000, 0, 0\n"             // sizes of code and data
    "    .long entry, 0x1000\n"            // entry point, start of the code
    "    .quad 0\n"                        // preferred address
    "    .long 0x1000, 0x1000\n"           // alignment in memory and in the file
    "    .short 0, 0, 0, 0, 0, 0\n"
    "    .long 0, 0x2000, 0x1000, 0\n"     // size of the image, size of the headers
    "    .short 10, 0x100\n"               // UEFI application; fit for memory that is not executable
    "    .quad 0, 0, 0, 0\n"
    "    .long 0, 6\n"                     // six data directories, all empty
    "    .quad 0, 0, 0, 0, 0, 0\n"
    "    .ascii \".text\\0\\0\\0\"\n"
    "    .long 0x1000, 0x1000\n"           // in memory: length, address
    "    .long 0x1000, 0x1000\n"           // in the file: length, offset
    "    .long 0, 0, 0, 0x60000020\n"      // code, to be read and executed
    ".section .tail, \"a\"\n"              // fills the section
    "    .long 0\n"
    ".text\n");

// Services of the firmware (UEFI 2.10, sections 4.3, 12.4, 13.4 and 13.5), by their offsets in its tables.
#define POINTER(table, offset) (*(void **)((u8 *)(table) + (offset)))
#define CONSOLE(system) POINTER(system, 64)
#define RUNTIME_SERVICES(system) POINTER(system, 88)
#define BOOT_SERVICES(system) POINTER(system, 96)
#define DEVICE_HANDLE(loaded_image) POINTER(loaded_image, 24)

typedef u64 print_service(void *console, const character *text);
typedef u64 protocol_service(void *handle, const void *identifier, void **protocol);
typedef u64 reset_service(u32 type, u64 status, u64 size, void *data);
typedef u64 volume_service(void *volume, void **root);
typedef u64 open_service(void *folder, void **file, const character *name, u64 mode, u64 attributes);
typedef u64 close_service(void *file);
typedef u64 transfer_service(void *file, u64 *length, void *bytes);

#define READ_ONLY 1
#define READ_WRITE_CREATE (1ul << 63 | 3)
#define SHUT_DOWN 2

static const u32 loaded_image_protocol[] = { 0x5b1b31a1, 0x11d29562, 0xa0003f8e, 0x3b7269c9 };
static const u32 file_system_protocol[] = { 0x964e5b22, 0x11d26459, 0xa000398e, 0x3b7269c9 };

static void print(void *system, const character *text) { ((print_service *)POINTER(CONSOLE(system), 8))(CONSOLE(system), text); }

static void print_decimal(void *system, u64 value)
{
    if (value >= 10)
        print_decimal(system, value / 10);
    character digit[2] = { (character)('0' + value % 10), 0 };
    print(system, digit);
}

static u64 open_file(void *folder, void **file, const character *name, u64 mode) { return ((open_service *)POINTER(folder, 8))(folder, file, name, mode, 0); }

static u64 close_file(void *file) { return ((close_service *)POINTER(file, 16))(file); }

static u64 find_protocol(void *system, void *handle, const void *identifier, void **protocol)
{
    return ((protocol_service *)POINTER(BOOT_SERVICES(system), 152))(handle, identifier, protocol);
}

// Returns the status of the first service that fails, and 0 when all is well.
static u64 copy(void *image, void *system, u64 *copied)
{
    void *loaded_image, *volume, *root, *from, *to;
    u64 status;
    if ((status = find_protocol(system, image, loaded_image_protocol, &loaded_image)) != 0
        || (status = find_protocol(system, DEVICE_HANDLE(loaded_image), file_system_protocol, &volume)) != 0
        || (status = ((volume_service *)POINTER(volume, 8))(volume, &root)) != 0
        || (status = open_file(root, &from, u"\\HELLO.TXT", READ_ONLY)) != 0
        || (status = open_file(root, &to, u"\\ANSWER.TXT", READ_WRITE_CREATE)) != 0)
        return status;
    for (;;) {
        u8 bytes[1000];
        u64 length = sizeof bytes;
        if ((status = ((transfer_service *)POINTER(from, 32))(from, &length, bytes)) != 0)
            return status;
        if (length == 0)
            break;
        *copied += length;
        if ((status = ((transfer_service *)POINTER(to, 40))(to, &length, bytes)) != 0)
            return status;
    }
    status = close_file(to);
    return status != 0 ? status : close_file(from);
}

void entry(void *image, void *system)
{
    u64 copied = 0;
    print(system, u"started from the disk\r\n");
    u64 status = copy(image, system, &copied);
    print_decimal(system, copied);
    print(system, status == 0 ? u" bytes copied\r\n" : u" bytes copied, and then an error\r\n");
    ((reset_service *)POINTER(RUNTIME_SERVICES(system), 104))(SHUT_DOWN, 0, 0, 0);
}
