// What the program needs of Linux, without a C library.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

enum {
    SYS_DUP3 = 24, SYS_MKDIRAT = 34, SYS_UNLINKAT = 35, SYS_RENAMEAT = 38, SYS_FTRUNCATE = 46, SYS_OPENAT = 56, SYS_CLOSE = 57, SYS_PIPE2 = 59, SYS_GETDENTS64 = 61,
    SYS_READ = 63, SYS_WRITE = 64, SYS_PWRITE64 = 68, SYS_EXIT = 93, SYS_EXIT_GROUP = 94, SYS_FUTEX = 98, SYS_NANOSLEEP = 101, SYS_SETITIMER = 103,
    SYS_CLOCK_GETTIME = 113, SYS_SCHED_YIELD = 124, SYS_RT_SIGACTION = 134, SYS_MUNMAP = 215, SYS_CLONE = 220, SYS_EXECVE = 221, SYS_MMAP = 222,
    SYS_MPROTECT = 226, SYS_WAIT4 = 260,
};

enum { AT_FDCWD = -100, AT_REMOVEDIR = 0x200, O_RDONLY = 0, O_RDWR = 2, O_CREAT = 0100, O_DIRECTORY = 040000 };
enum { PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20 };
enum { SIGSEGV = 11, SIGALRM = 14, SIGCHLD = 17, CLOCK_MONOTONIC = 1, FUTEX_WAIT = 0, FUTEX_WAKE = 1 };

// CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, CHILD_CLEARTID
#define CLONE_THREAD_FLAGS (0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x200000)

struct timespec { long seconds, nanoseconds; };
struct timer { long interval_seconds, interval_microseconds, seconds, microseconds; };
struct signal_action { void (*handler)(int); u64 flags; void (*restorer)(void); u64 mask; };

static long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c, x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    register long x8 __asm__("x8") = number;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x8) : "memory");
    return x0;
}

#define CALL1(number, a) call(number, (long)(a), 0, 0, 0, 0, 0)
#define CALL2(number, a, b) call(number, (long)(a), (long)(b), 0, 0, 0, 0)
#define CALL3(number, a, b, c) call(number, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define CALL4(number, a, b, c, d) call(number, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

static void *map(u64 length, int protection, int flags, int file)
{
    return (void *)call(SYS_MMAP, 0, (long)length, protection, flags, file, 0);
}

static int open_file(const char *path, int flags) { return (int)CALL4(SYS_OPENAT, AT_FDCWD, path, flags, 0600); }
static long fork(void) { return CALL2(SYS_CLONE, SIGCHLD, 0); }
static void leave(int code) { CALL1(SYS_EXIT_GROUP, code); }

// What a child ended with: its exit code, or the signal that killed it and 128.
static int wait_for(long child)
{
    u32 status = 0;
    if (CALL4(SYS_WAIT4, child, &status, 0, 0) != child)
        return -1;
    return status & 0x7f ? (int)(status & 0x7f) + 128 : (int)(status >> 8 & 0xff);
}

static u64 now(void)
{
    struct timespec time;
    CALL2(SYS_CLOCK_GETTIME, CLOCK_MONOTONIC, &time);
    return (u64)time.seconds * 1000000000 + (u64)time.nanoseconds;
}

static int read_fully(int file, void *buffer, u64 length)
{
    for (u64 done = 0; done < length;) {
        long count = CALL3(SYS_READ, file, (u8 *)buffer + done, length - done);
        if (count <= 0)
            return 0;
        done += (u64)count;
    }
    return 1;
}

static int write_fully(int file, const void *buffer, u64 length)
{
    for (u64 done = 0; done < length;) {
        long count = CALL3(SYS_WRITE, file, (const u8 *)buffer + done, length - done);
        if (count <= 0)
            return 0;
        done += (u64)count;
    }
    return 1;
}

static void print(const char *text)
{
    u64 length = 0;
    while (text[length])
        length++;
    write_fully(1, text, length);
}

// The decimal number at the beginning of a text.
static u64 number_of(const char *text)
{
    u64 number = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (u64)(*text - '0');
    return number;
}

// Starts a thread of this process on a stack. 'running' becomes 0, and is woken up, when it has ended.
long start_thread(u64 flags, void *stack_end, u32 *running, void (*work)(u64), u64 argument);
__asm__(
    ".text\n"
    "start_thread:\n"
    "    mov  x9, x3\n"
    "    mov  x10, x4\n"
    "    mov  x4, x2\n"
    "    mov  x2, #0\n"
    "    mov  x3, #0\n"
    "    mov  x8, #220\n" // SYS_CLONE
    "    svc  #0\n"
    "    cbz  x0, 1f\n"
    "    ret\n"
    "1:  mov  x0, x10\n"
    "    blr  x9\n"
    "    mov  x0, #0\n"
    "    mov  x8, #93\n" // SYS_EXIT: of this thread alone
    "    svc  #0\n");
