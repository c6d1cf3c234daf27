// A Linux program that keeps a kernel busy, without a C library: processes, pipes, memory, files, timers, threads. Each part knows what must come of
// it. "stress SEED" runs all of them and prints "right" with a checksum, or "wrong" with the part that is.
#include "system.h"

static u64 mix(u64 value)
{
    value ^= value >> 33;
    value *= 0xff51afd7ed558ccd;
    value ^= value >> 33;
    value *= 0xc4ceb9fe1a85ec53;
    return value ^ value >> 33;
}

static u64 checksum(const u64 *words, u64 count)
{
    u64 sum = 0;
    for (u64 i = 0; i < count; i++)
        sum = (sum << 1 | sum >> 63) ^ words[i] * 0x9e3779b97f4a7c15;
    return sum;
}

static void fill(u64 *words, u64 count, u64 seed)
{
    for (u64 i = 0; i < count; i++)
        words[i] = mix(seed + i);
}

static int holds(const u64 *words, u64 count, u64 seed)
{
    for (u64 i = 0; i < count; i++)
        if (words[i] != mix(seed + i))
            return 0;
    return 1;
}

// Integers, and doubles that stay in registers for long: a switch of processes that loses one shows.
static u64 compute(u64 seed)
{
    union { double value; u64 bits; } a = { 0.3 }, b = { 0.7 };
    for (u64 i = 0; i < 20000; i++) {
        seed = mix(seed + i);
        a.value = 3.9 * a.value * (1 - a.value);
        b.value = 3.7 * b.value * (1 - b.value);
    }
    return seed ^ a.bits ^ (b.bits << 1 | b.bits >> 63);
}

// Data go through three processes, each of which changes them.
static int pipes(u64 seed, u64 *sum)
{
    enum { STAGES = 3, WORDS = 32768, CHUNK = 1500 };
    static u64 data[WORDS];
    long children[STAGES + 1];
    int input = -1;
    for (int stage = 0; stage <= STAGES; stage++) {
        int ends[2];
        if (CALL2(SYS_PIPE2, ends, 0) != 0)
            return 0;
        children[stage] = fork();
        if (children[stage] == 0) {
            CALL1(SYS_CLOSE, ends[0]);
            if (stage == 0)
                fill(data, WORDS, seed);
            for (u64 done = 0; done < WORDS;) {
                u64 count = WORDS - done < CHUNK ? WORDS - done : CHUNK;
                if (stage > 0) {
                    if (!read_fully(input, data + done, count * 8))
                        leave(1);
                    for (u64 i = done; i < done + count; i++)
                        data[i] = data[i] * 3 + (u64)stage;
                }
                if (!write_fully(ends[1], data + done, count * 8))
                    leave(2);
                done += count;
            }
            leave(0);
        }
        CALL1(SYS_CLOSE, ends[1]);
        if (input >= 0)
            CALL1(SYS_CLOSE, input);
        input = ends[0];
    }
    int right = read_fully(input, data, sizeof(data));
    CALL1(SYS_CLOSE, input);
    for (int stage = 0; stage <= STAGES; stage++)
        right &= wait_for(children[stage]) == 0;
    for (u64 i = 0; i < WORDS; i++)
        right &= data[i] == ((mix(seed + i) * 3 + 1) * 3 + 2) * 3 + 3;
    *sum = checksum(data, WORDS);
    return right;
}

// Memory that is private stays so after a fork, shared memory is shared, and what is protected cannot be written.
static int memory(u64 seed, u64 *sum)
{
    enum { LENGTH = 2 << 20, WORDS = LENGTH / 8 };
    u64 *mine = map(LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    u64 *ours = map(LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
    if ((long)mine < 0 || (long)ours < 0)
        return 0;
    fill(mine, WORDS, seed);
    long child = fork();
    if (child == 0) {
        if (!holds(mine, WORDS, seed))
            leave(1);
        for (u64 i = 0; i < WORDS; i++)
            ours[i] = mine[WORDS - 1 - i];
        fill(mine, WORDS, ~seed);
        leave(holds(mine, WORDS, ~seed) ? 0 : 2);
    }
    int right = wait_for(child) == 0 && holds(mine, WORDS, seed);
    for (u64 i = 0; i < WORDS; i++)
        right &= ours[i] == mine[WORDS - 1 - i];
    *sum = checksum(ours, WORDS);

    CALL3(SYS_MPROTECT, mine, LENGTH, PROT_READ);
    child = fork();
    if (child == 0) {
        *(volatile u64 *)(mine + WORDS / 2) = 0;
        leave(0);
    }
    right &= wait_for(child) == 128 + SIGSEGV && holds(mine, WORDS, seed);
    CALL2(SYS_MUNMAP, mine, LENGTH);
    CALL2(SYS_MUNMAP, ours, LENGTH);
    return right;
}

static void name_of(char *path, u64 number)
{
    path[0] = 'd';
    path[1] = '/';
    path[2] = (char)('a' + number / 26 % 26);
    path[3] = (char)('a' + number % 26);
    path[4] = 0;
}

// A file written in no order, read, mapped, cut; and a folder of small ones.
static int files(u64 seed, u64 *sum)
{
    enum { PAGES = 256, WORDS = PAGES * 512, SMALL = 60 };
    static u64 data[WORDS], again[WORDS];
    fill(data, WORDS, seed);
    int file = open_file("file", O_RDWR | O_CREAT);
    int right = file >= 0;
    for (u64 i = 0; i < PAGES; i++) {
        u64 page = (i * 37 + seed) % PAGES;
        right &= CALL4(SYS_PWRITE64, file, data + page * 512, 4096, page * 4096) == 4096;
    }
    right &= CALL4(SYS_RENAMEAT, AT_FDCWD, "file", AT_FDCWD, "renamed") == 0;
    int reader = open_file("renamed", O_RDONLY);
    right &= read_fully(reader, again, sizeof(again)) && holds(again, WORDS, seed);
    u64 *mapped = map(sizeof(data), PROT_READ | PROT_WRITE, MAP_SHARED, file);
    if ((long)mapped < 0)
        return 0;
    right &= holds(mapped, WORDS, seed);
    for (u64 i = 0; i < WORDS; i += 512)
        mapped[i] = i;
    CALL2(SYS_MUNMAP, mapped, sizeof(data));
    CALL2(SYS_FTRUNCATE, file, sizeof(data) / 2);
    CALL1(SYS_CLOSE, reader);
    reader = open_file("renamed", O_RDONLY);
    right &= read_fully(reader, again, sizeof(again) / 2) && CALL3(SYS_READ, reader, again, 1) == 0;
    for (u64 i = 0; i < WORDS / 2; i++)
        right &= again[i] == (i % 512 == 0 ? i : mix(seed + i));
    *sum = checksum(again, WORDS / 2);
    CALL1(SYS_CLOSE, reader);
    CALL1(SYS_CLOSE, file);
    right &= CALL3(SYS_UNLINKAT, AT_FDCWD, "renamed", 0) == 0;

    right &= CALL3(SYS_MKDIRAT, AT_FDCWD, "d", 0700) == 0;
    char path[8];
    for (u64 i = 0; i < SMALL; i++) {
        name_of(path, i);
        int small = open_file(path, O_RDWR | O_CREAT);
        right &= write_fully(small, data, i * 16);
        CALL1(SYS_CLOSE, small);
    }
    int folder = open_file("d", O_RDONLY | O_DIRECTORY), entries = 0;
    static u8 listing[4096];
    for (long length; (length = CALL3(SYS_GETDENTS64, folder, listing, sizeof(listing))) > 0;)
        for (long at = 0; at < length; at += listing[at + 16] | listing[at + 17] << 8)
            entries++;
    CALL1(SYS_CLOSE, folder);
    right &= entries == SMALL + 2;
    for (u64 i = 0; i < SMALL; i++) {
        name_of(path, i);
        right &= CALL3(SYS_UNLINKAT, AT_FDCWD, path, 0) == 0;
    }
    return right & (CALL3(SYS_UNLINKAT, AT_FDCWD, "d", AT_REMOVEDIR) == 0);
}

static volatile int alarms;

static void on_alarm(int signal)
{
    (void)signal;
    alarms++;
}

// Signals of a timer interrupt a computation and change nothing in it; sleeping takes as long as it should.
static int timers(u64 seed, u64 *sum)
{
    enum { ALARMS = 8 };
    u64 expected = compute(seed), start = now();
    struct signal_action action = { on_alarm, 0, 0, 0 };
    struct timer timer = { 0, 1000, 0, 1000 }, off = { 0, 0, 0, 0 };
    alarms = 0;
    CALL4(SYS_RT_SIGACTION, SIGALRM, &action, 0, 8);
    CALL3(SYS_SETITIMER, 0, &timer, 0);
    int right = 1;
    while (alarms < ALARMS)
        right &= compute(seed) == expected;
    CALL3(SYS_SETITIMER, 0, &off, 0);
    u64 ticked = now();
    struct timespec pause = { 0, 2000000 };
    right &= CALL2(SYS_NANOSLEEP, &pause, 0) == 0;
    *sum = expected;
    return right & (ticked - start >= (ALARMS - 1) * 1000000ul) & (now() - ticked >= 2000000);
}

// Programs of their own, at the same time, that answer through a pipe.
static int programs(u64 seed, u64 *sum)
{
    enum { COUNT = 6 };
    long children[COUNT];
    int answers[COUNT];
    int right = 1;
    for (u64 i = 0; i < COUNT; i++) {
        int ends[2];
        CALL2(SYS_PIPE2, ends, 0);
        children[i] = fork();
        if (children[i] == 0) {
            char number[2] = { (char)('0' + i), 0 };
            const char *arguments[] = { "stress", "child", number, 0 };
            CALL3(SYS_DUP3, ends[1], 1, 0);
            CALL3(SYS_EXECVE, "/proc/self/exe", arguments, 0);
            leave(99);
        }
        CALL1(SYS_CLOSE, ends[1]);
        answers[i] = ends[0];
    }
    *sum = seed;
    for (u64 i = 0; i < COUNT; i++) {
        u64 answer = 0;
        right &= read_fully(answers[i], &answer, 8) && answer == compute(i);
        CALL1(SYS_CLOSE, answers[i]);
        right &= wait_for(children[i]) == (int)i;
        *sum = mix(*sum + answer);
    }
    return right;
}

static u32 lock;
static u64 guarded, counted;

static void take(void)
{
    // 0 free, 1 taken, 2 taken and somebody waits.
    u32 seen = 0;
    if (__atomic_compare_exchange_n(&lock, &seen, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return;
    while (__atomic_exchange_n(&lock, 2, __ATOMIC_ACQUIRE) != 0)
        CALL4(SYS_FUTEX, &lock, FUTEX_WAIT, 2, 0);
}

static void give(void)
{
    if (__atomic_exchange_n(&lock, 0, __ATOMIC_RELEASE) == 2)
        CALL3(SYS_FUTEX, &lock, FUTEX_WAKE, 1);
}

enum { THREADS = 4, STEPS = 2000 };

static void count(u64 number)
{
    for (u64 i = 0; i < STEPS; i++) {
        take();
        guarded = guarded + number + 1;
        give();
        __atomic_add_fetch(&counted, i, __ATOMIC_RELAXED);
        if (i % 256 == 0)
            CALL1(SYS_SCHED_YIELD, 0);
    }
}

// Threads that change the same words, one with a lock and one without.
static int threads(u64 *sum)
{
    static u8 stacks[THREADS][8192] __attribute__((aligned(16)));
    static u32 running[THREADS];
    guarded = counted = 0;
    for (u64 i = 0; i < THREADS; i++) {
        running[i] = 1;
        if (start_thread(CLONE_THREAD_FLAGS, stacks[i] + sizeof(stacks[i]), &running[i], count, i) < 0)
            return 0;
    }
    for (u64 i = 0; i < THREADS; i++)
        while (__atomic_load_n(&running[i], __ATOMIC_ACQUIRE) != 0)
            CALL4(SYS_FUTEX, &running[i], FUTEX_WAIT, 1, 0);
    *sum = guarded + counted;
    return guarded == STEPS * THREADS * (THREADS + 1) / 2 && counted == (u64)THREADS * STEPS * (STEPS - 1) / 2;
}

static int run(u64 seed)
{
    static const char *const names[] = { "pipes", "memory", "files", "timers", "programs", "threads" };
    u64 total = 0;
    for (int part = 0; part < 6; part++) {
        u64 sum = 0;
        int right = part == 0 ? pipes(seed, &sum)
            : part == 1 ? memory(seed, &sum)
            : part == 2 ? files(seed, &sum)
            : part == 3 ? timers(seed, &sum)
            : part == 4 ? programs(seed, &sum)
            : threads(&sum);
        if (!right) {
            print("wrong ");
            print(names[part]);
            print("\n");
            return 1;
        }
        total = mix(total + sum);
    }
    char digits[18];
    for (int i = 0; i < 16; i++)
        digits[i] = "0123456789abcdef"[(total >> (60 - 4 * i)) & 15];
    digits[16] = '\n';
    digits[17] = 0;
    print("right ");
    print(digits);
    return 0;
}

void start(const u64 *stack)
{
    const char *const *arguments = (const char *const *)(stack + 1);
    if (stack[0] == 3) {
        u64 number = number_of(arguments[2]), answer = compute(number);
        write_fully(1, &answer, 8);
        leave((int)number);
    }
    leave(run(stack[0] > 1 ? number_of(arguments[1]) : 1));
}

__asm__(
    ".text\n"
    ".global _start\n"
    "_start:\n"
    "    mov  x29, #0\n"
    "    mov  x0, sp\n"
    "    bl   start\n");
