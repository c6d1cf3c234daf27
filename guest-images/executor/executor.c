/*
 * Executes instructions for whoever feeds it, and tells all the state they leave. It is a Linux program without a C library, for qemu-aarch64.
 *
 * stdin holds batches: a struct batch, the data window's contents if it says so, and its cases. For each batch the results go to stdout, in the same order.
 * A case is entered by returning from a signal handler, which sets every register at once, and left by the next signal, which saves them: the words are
 * followed by zeros, which are no instruction, so that the end of a case is a signal like any fault.
 */
typedef unsigned int u32;
typedef unsigned long u64;

enum {
    CODE = 0x40180000, CODE_LENGTH = 512 * 1024,
    DATA = 0x40200000, DATA_LENGTH = 16 * 1024,
    SLOT_WORDS = 4,
    MAXIMUM_CASES = 16384,
    LONGEST_CHANGE = 128,
};

/* Far from where random addresses point. */
#define WORKSPACE 0x5b10000000UL

struct registers { u64 x[31], sp, pc, v[64], flags, fpcr, fpsr; };

struct batch { u64 count, has_data; };

struct test_case { struct registers before; u32 words[SLOT_WORDS], word_count, uses_data; };

/* signal is 0 when all words were executed. The changed part of the data window reaches from the first byte that changed to the last; a longer one is cut. */
struct result { struct registers after; u32 signal, changed_at, changed_length, reserved; unsigned char changed[LONGEST_CHANGE]; };

static struct workspace {
    struct batch batch;
    u64 running, index;
    u64 pristine[DATA_LENGTH / 8];
    unsigned char signal_stack[64 * 1024];
    struct test_case cases[MAXIMUM_CASES];
    struct result results[MAXIMUM_CASES];
} *const work = (struct workspace *)WORKSPACE;

/* The kernel's view of a signal frame, as far as it is used here. */
struct floating_point { u32 magic, size, fpsr, fpcr; u64 v[64]; };
struct user_context {
    unsigned char before[176];
    u64 fault_address, x[31], sp, pc, pstate;
    struct floating_point floating_point __attribute__((aligned(16)));
};
struct signal_action { void (*handler)(int, void *, struct user_context *); u64 flags; void (*restorer)(void); u64 mask; };
struct signal_stack { void *start; u32 flags; u64 length; };

enum { SYS_READ = 63, SYS_WRITE = 64, SYS_EXIT = 93, SYS_SIGALTSTACK = 132, SYS_RT_SIGACTION = 134, SYS_MMAP = 222 };
enum { SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8, SIGSEGV = 11 };

static long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c, x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    register long x8 __asm__("x8") = number;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x8) : "memory");
    return x0;
}

static void end(int status)
{
    for (;;)
        call(SYS_EXIT, status, 0, 0, 0, 0, 0);
}

/* All of it or nothing more: the end of input is the end of the program. */
static void transfer(long number, long file, void *bytes, u64 length)
{
    for (char *at = bytes; length > 0;) {
        long done = call(number, file, (long)at, length, 0, 0, 0);
        if (done <= 0)
            end(done < 0 || number == SYS_WRITE || at != bytes);
        at += done;
        length -= done;
    }
}

static void map(u64 address, u64 length, long protection)
{
    const long private_anonymous_fixed = 0x32;
    if (call(SYS_MMAP, address, length, protection, private_anonymous_fixed, -1, 0) != (long)address)
        end(2);
}

static void copy(u64 *to, const u64 *from, u64 count)
{
    for (u64 i = 0; i < count; i++)
        to[i] = from[i];
}

static void read_batch(void)
{
    transfer(SYS_READ, 0, &work->batch, sizeof work->batch);
    if (work->batch.count > MAXIMUM_CASES)
        end(3);
    if (work->batch.has_data) {
        transfer(SYS_READ, 0, work->pristine, DATA_LENGTH);
        copy((u64 *)DATA, work->pristine, DATA_LENGTH / 8);
    }
    transfer(SYS_READ, 0, work->cases, work->batch.count * sizeof work->cases[0]);
    for (u64 i = 0; i < work->batch.count; i++) {
        struct test_case *next = &work->cases[i];
        u32 *slot = (u32 *)next->before.pc;
        if (next->before.pc < CODE || next->before.pc + 4 * SLOT_WORDS > CODE + CODE_LENGTH || next->word_count >= SLOT_WORDS)
            end(4);
        for (u32 word = 0; word < SLOT_WORDS; word++)
            slot[word] = word < next->word_count ? next->words[word] : 0;
    }
    __asm__ volatile("ic ivau, %0; dsb ish; isb" : : "r"(CODE) : "memory");
}

static void compare_data(struct result *result)
{
    unsigned char *now = (unsigned char *)DATA, *then = (unsigned char *)work->pristine;
    u64 first = 0, last = DATA_LENGTH / 8;
    while (first < last && ((u64 *)DATA)[first] == work->pristine[first])
        first++;
    if (first == last)
        return;
    while (((u64 *)DATA)[last - 1] == work->pristine[last - 1])
        last--;
    first *= 8;
    last *= 8;
    while (now[first] == then[first])
        first++;
    while (now[last - 1] == then[last - 1])
        last--;
    result->changed_at = first;
    result->changed_length = last - first;
    for (u64 i = 0; i < LONGEST_CHANGE && first + i < last; i++)
        result->changed[i] = now[first + i];
    copy((u64 *)DATA, work->pristine, DATA_LENGTH / 8);
}

static void save(int signal, struct user_context *context)
{
    struct test_case *from = &work->cases[work->index];
    struct result *result = &work->results[work->index];
    int completed = signal == SIGILL && context->pc == from->before.pc + 4 * from->word_count;
    result->signal = completed ? 0 : signal;
    result->changed_at = result->changed_length = 0;
    copy(result->after.x, context->x, 31);
    result->after.sp = context->sp;
    result->after.pc = context->pc;
    result->after.flags = context->pstate & 0xf0000000;
    result->after.fpcr = context->floating_point.fpcr;
    result->after.fpsr = context->floating_point.fpsr;
    copy(result->after.v, context->floating_point.v, 64);
    if (from->uses_data)
        compare_data(result);
}

static void load(struct user_context *context)
{
    struct registers *before = &work->cases[work->index].before;
    copy(context->x, before->x, 31);
    context->sp = before->sp;
    context->pc = before->pc;
    context->pstate = before->flags;
    context->floating_point.fpcr = before->fpcr;
    context->floating_point.fpsr = before->fpsr;
    copy(context->floating_point.v, before->v, 64);
}

static void handle(int signal, void *information, struct user_context *context)
{
    if (context->floating_point.magic != 0x46508001)
        end(5);
    if (work->running) {
        save(signal, context);
        work->index++;
    }
    while (work->index == work->batch.count) {
        transfer(SYS_WRITE, 1, work->results, work->batch.count * sizeof work->results[0]);
        work->index = 0;
        read_batch();
    }
    work->running = 1;
    load(context);
}

void _start(void)
{
    const long read_write = 3, read_write_execute = 7, on_stack = 0x08000000, with_information = 4;
    static const int signals[] = { SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV };
    map(CODE, CODE_LENGTH, read_write_execute);
    map(DATA, DATA_LENGTH, read_write);
    map(WORKSPACE, (sizeof *work + 4095) & ~4095UL, read_write);
    struct signal_stack stack = { work->signal_stack, 0, sizeof work->signal_stack };
    call(SYS_SIGALTSTACK, (long)&stack, 0, 0, 0, 0, 0);
    struct signal_action action = { handle, on_stack | with_information, 0, 0 };
    for (u64 i = 0; i < sizeof signals / sizeof signals[0]; i++)
        call(SYS_RT_SIGACTION, signals[i], (long)&action, 0, 8, 0, 0);
    __asm__ volatile("brk 0");
    end(6);
}
