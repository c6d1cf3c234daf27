// A Linux program that talks to the host by the socket device, without a C library. "vsock echo PORT" waits at a port for one stream and sends back what comes, until
// its end; "vsock send PORT COUNT" connects to a port of the host, sends COUNT bytes of a sequence, ends, and prints the sum of the bytes that come back.
#include "../stress/system.h"

enum { SYS_SOCKET = 198, SYS_BIND = 200, SYS_LISTEN = 201, SYS_ACCEPT = 202, SYS_CONNECT = 203, SYS_SHUTDOWN = 210 };
enum { AF_VSOCK = 40, SOCK_STREAM = 1, ANY_CID = -1, HOST_CID = 2, SHUT_WR = 1 };

struct address { unsigned short family, reserved; u32 port, cid; u8 zero[4]; };

static u8 buffer[32768];

static void fail(const char *what)
{
    print(what);
    print(" failed\n");
    leave(1);
}

static void print_number(u64 value)
{
    char text[22] = { 0 }, *digit = text + 20;
    *digit = '\n';
    do {
        *--digit = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    print(digit);
}

static void echo(int socket, u32 port)
{
    struct address address = { AF_VSOCK, 0, port, (u32)ANY_CID, { 0 } };
    if (CALL3(SYS_BIND, socket, &address, sizeof address) != 0 || CALL2(SYS_LISTEN, socket, 1) != 0)
        fail("listen");
    print("listening\n");
    int stream = (int)CALL3(SYS_ACCEPT, socket, 0, 0);
    if (stream < 0)
        fail("accept");
    for (long count; (count = CALL3(SYS_READ, stream, buffer, sizeof buffer)) > 0;)
        if (!write_fully(stream, buffer, (u64)count))
            fail("write");
    CALL1(SYS_CLOSE, stream);
    print("echoed\n");
}

static void send(int socket, u32 port, u64 count)
{
    struct address address = { AF_VSOCK, 0, port, HOST_CID, { 0 } };
    if (CALL3(SYS_CONNECT, socket, &address, sizeof address) != 0)
        fail("connect");
    for (u64 sent = 0; sent < count;) {
        u64 length = count - sent < sizeof buffer ? count - sent : sizeof buffer;
        for (u64 i = 0; i < length; i++)
            buffer[i] = (u8)((sent + i) * 167 >> 8);
        if (!write_fully(socket, buffer, length))
            fail("write");
        sent += length;
    }
    CALL2(SYS_SHUTDOWN, socket, SHUT_WR);
    u64 sum = 0;
    for (long length; (length = CALL3(SYS_READ, socket, buffer, sizeof buffer)) > 0;)
        for (long i = 0; i < length; i++)
            sum += buffer[i];
    print("sum ");
    print_number(sum);
}

void start(u64 *stack)
{
    const char **arguments = (const char **)(stack + 1);
    if (stack[0] < 3)
        fail("too few arguments:");
    int socket = (int)CALL3(SYS_SOCKET, AF_VSOCK, SOCK_STREAM, 0);
    if (socket < 0)
        fail("socket");
    if (arguments[1][0] == 'e')
        echo(socket, (u32)number_of(arguments[2]));
    else
        send(socket, (u32)number_of(arguments[2]), stack[0] > 3 ? number_of(arguments[3]) : 0);
    leave(0);
}

__asm__(
    ".text\n"
    ".global _start\n"
    "_start:\n"
    "    mov  x29, #0\n"
    "    mov  x0, sp\n"
    "    bl   start\n");
