// A walk along pointers in random order through 64 MiB of 4 KiB pages, which lie in memory in another order than in the address space: nearly each
// step needs another page than those before.
#include "bench.h"
#include "mmu.h"

#define NODE_SIZE 256
#define NODES (WINDOW_PAGES * (PAGE / NODE_SIZE))
#define ROUNDS 8

struct node {
    struct node *next;
    u64 value;
};

static u8 memory[WINDOW_PAGES * PAGE] __attribute__((aligned(PAGE)));

static inline struct node *node_at(u64 index) { return (struct node *)(WINDOW + index * NODE_SIZE); }

void run(void)
{
    for (u32 page = 0; page < WINDOW_PAGES; page++)
        window[page] = (u64)&memory[((page * 7919u) & (WINDOW_PAGES - 1)) * PAGE] | NORMAL | DESCRIPTOR_PAGE;
    enable_mmu();

    // Sattolo's shuffle: one cycle through all nodes.
    for (u64 i = 0; i < NODES; i++) {
        node_at(i)->next = node_at(i);
        node_at(i)->value = i;
    }
    u32 seed = 1;
    for (u64 i = NODES - 1; i > 0; i--) {
        u64 other = ((u64)next_random(&seed) * i) >> 32;
        struct node *next = node_at(i)->next;
        node_at(i)->next = node_at(other)->next;
        node_at(other)->next = next;
    }

    u64 sum = 0;
    struct node *node = node_at(0);
    for (int round = 0; round < ROUNDS; round++)
        for (u64 step = 0; step < NODES; step++) {
            sum += node->value;
            node = node->next;
        }
    check(sum + (u64)node, (u64)ROUNDS * NODES * (NODES - 1) / 2 + WINDOW);
}
