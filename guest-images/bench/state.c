// A state machine that counts words and numbers in text: short blocks and a jump table.
#include "bench.h"

static u8 text[65536];

void run(void)
{
    u32 seed = 1;
    for (u32 i = 0; i < sizeof(text); i++)
        text[i] = " abc019.,-_xyz\nQ"[next_random(&seed) & 15];
    u64 words = 0, numbers = 0, lines = 0, others = 0;
    for (int round = 0; round < 400; round++) {
        int state = 0;
        for (u32 i = 0; i < sizeof(text); i++) {
            u8 c = text[i];
            switch (state) {
            case 0:
                if (c >= 'a' && c <= 'z')
                    state = 1;
                else if (c >= '0' && c <= '9')
                    state = 2;
                else if (c == '-')
                    state = 3;
                else if (c == '\n')
                    lines++;
                else
                    others++;
                break;
            case 1:
                if (!((c >= 'a' && c <= 'z') || c == '_')) {
                    words++;
                    state = c == '-' ? 3 : 0;
                }
                break;
            case 2:
                if (c == '.')
                    state = 4;
                else if (!(c >= '0' && c <= '9')) {
                    numbers++;
                    state = 0;
                }
                break;
            case 3:
                state = c >= '0' && c <= '9' ? 2 : c == '-' ? 5 : 0;
                break;
            case 4:
                if (!(c >= '0' && c <= '9')) {
                    numbers += 2;
                    state = 0;
                }
                break;
            default:
                if (c == '\n') {
                    lines++;
                    state = 0;
                }
                break;
            }
        }
    }
    check(words + numbers * 3 + lines * 5 + others * 7, 0x299a7d0);
}
