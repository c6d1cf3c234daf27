// A Linux program that reads and writes random blocks of 4 KiB of /dev/vda past the page cache, as fio does, without a C library. It is the first process of its
// machine: it loads the modules for the disk, which lie beside it, compressed as they are packaged. "init DEPTH" keeps so many requests in flight: one by pread and
// pwrite, more of them by io_submit. Every block of the disk begins and ends with its number; a write puts that there again. Prints "running" when the requests begin,
// then "right" or "wrong" with what is, and switches the machine off.
#include "../stress/system.h"

enum { SYS_IO_SETUP = 0, SYS_IO_SUBMIT = 2, SYS_IO_GETEVENTS = 4, SYS_MOUNT = 40, SYS_PREAD64 = 67, SYS_REBOOT = 142, SYS_FINIT_MODULE = 273 };
enum { O_DIRECT = 0200000, COMPRESSED = 4, IOCB_CMD_PREAD = 0, IOCB_CMD_PWRITE = 1 };
enum { BLOCK = 4096, BLOCKS = 16384, MOST_DEPTH = 64, REQUESTS_ONE_BY_ONE = 20000, REQUESTS_TOGETHER = 50000 };

struct control_block { u64 data; u32 key, flags; unsigned short operation; short priority; u32 file; u64 buffer, length, offset, reserved; u32 more_flags, event_file; };
struct event { u64 data, control_block; long result, second_result; };

static u64 blocks[MOST_DEPTH][BLOCK / 8] __attribute__((aligned(4096)));
static struct control_block controls[MOST_DEPTH];
static u32 random = 88172645;
static int disk;

static void end(const char *text)
{
    print(text);
    CALL3(SYS_REBOOT, 0xfee1dead, 672274793, 0x4321fedc); // RB_POWER_OFF
    leave(1);
}

static void load(const char *module)
{
    int file = open_file(module, O_RDONLY);
    if (file < 0 || CALL3(SYS_FINIT_MODULE, file, "", COMPRESSED) != 0)
        end("wrong: a module cannot be loaded\n");
    CALL1(SYS_CLOSE, file);
}

static u32 next_random(void)
{
    random ^= random << 13;
    random ^= random >> 17;
    return random ^= random << 5;
}

// Makes a request ready, and what it writes.
static void prepare(u32 slot)
{
    u32 value = next_random();
    u64 block = (value >> 8) % BLOCKS;
    int is_write = value & 1;
    u64 *words = blocks[slot];
    words[0] = words[BLOCK / 8 - 1] = is_write ? block : ~0ul;
    if (is_write)
        for (u32 i = 1; i < BLOCK / 8 - 1; i++)
            words[i] = block;
    controls[slot] = (struct control_block){
        .data = slot, .operation = is_write ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD, .file = (u32)disk, .buffer = (u64)words, .length = BLOCK, .offset = block * BLOCK };
}

static void check(u32 slot, long result)
{
    u64 block = controls[slot].offset / BLOCK;
    if (result != BLOCK)
        end("wrong: a request has failed\n");
    if (blocks[slot][0] != block || blocks[slot][BLOCK / 8 - 1] != block)
        end("wrong: a block holds something else\n");
}

static void run_one_by_one(void)
{
    for (u32 i = 0; i < REQUESTS_ONE_BY_ONE; i++) {
        prepare(0);
        check(0, CALL4(controls[0].operation == IOCB_CMD_PWRITE ? SYS_PWRITE64 : SYS_PREAD64, disk, blocks[0], BLOCK, controls[0].offset));
    }
}

static void run_together(u32 depth)
{
    static struct event events[MOST_DEPTH];
    struct control_block *ready[MOST_DEPTH];
    u64 context = 0;
    if (CALL2(SYS_IO_SETUP, depth, &context) != 0)
        end("wrong: io_setup\n");
    u32 offered = 0, done = 0, count = depth;
    for (u32 i = 0; i < depth; i++) {
        prepare(i);
        ready[i] = &controls[i];
    }
    while (done < REQUESTS_TOGETHER) {
        for (u32 submitted = 0; submitted < count;) {
            long result = CALL3(SYS_IO_SUBMIT, context, count - submitted, ready + submitted);
            if (result <= 0)
                end("wrong: io_submit\n");
            submitted += (u32)result;
        }
        offered += count;
        long finished = call(SYS_IO_GETEVENTS, (long)context, 1, depth, (long)events, 0, 0);
        if (finished <= 0)
            end("wrong: io_getevents\n");
        done += (u32)finished;
        count = 0;
        for (long i = 0; i < finished; i++) {
            u32 slot = (u32)events[i].data;
            check(slot, events[i].result);
            if (offered + count < REQUESTS_TOGETHER) {
                prepare(slot);
                ready[count++] = &controls[slot];
            }
        }
    }
}

void start(u64 *stack)
{
    u32 depth = 0;
    const char **arguments = (const char **)(stack + 1);
    for (const char *digit = stack[0] > 1 ? arguments[1] : "1"; *digit >= '0' && *digit <= '9'; digit++)
        depth = depth * 10 + (u32)(*digit - '0');
    if (depth < 1 || depth > MOST_DEPTH)
        end("wrong: 1 to 64 requests can be in flight\n");
    load("/virtio_mmio");
    load("/virtio_blk");
    call(SYS_MOUNT, (long)"dev", (long)"/dev", (long)"devtmpfs", 0, 0, 0);
    disk = open_file("/dev/vda", O_RDWR | O_DIRECT);
    if (disk < 0)
        end("wrong: there is no disk\n");
    print("running\n");
    if (depth == 1)
        run_one_by_one();
    else
        run_together(depth);
    end("right\n");
}

__asm__(
    ".text\n"
    ".global _start\n"
    "_start:\n"
    "    mov  x29, #0\n"
    "    mov  x0, sp\n"
    "    bl   start\n");
