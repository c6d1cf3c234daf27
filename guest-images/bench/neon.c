// Vectors of integers and floats, as signal and image processing use them: a filter, blending with saturation, grey of colours, looking up and counting
// bits, distances, and products and conversions of floats.
#include "bench.h"
#include <arm_neon.h>

#define SAMPLES 4096
#define TAPS 8
#define PIXELS 4096
#define ROUNDS 1000

static int16_t samples[SAMPLES + 16] __attribute__((aligned(16)));
static int16_t filtered[SAMPLES] __attribute__((aligned(16)));
static u8 foreground[PIXELS * 3] __attribute__((aligned(16)));
static u8 background[PIXELS * 3] __attribute__((aligned(16)));
static u8 blended[PIXELS * 3] __attribute__((aligned(16)));
static u8 grey[PIXELS] __attribute__((aligned(16)));
static float left[SAMPLES] __attribute__((aligned(16)));
static float right[SAMPLES] __attribute__((aligned(16)));

// Eight results at once, with eight taps each, and rounded back to 16 bits.
static void filter(int16x8_t taps)
{
    for (u32 i = 0; i < SAMPLES; i += 8) {
        int16x8_t here = vld1q_s16(samples + i), next = vld1q_s16(samples + i + 8);
        int32x4_t low = vdupq_n_s32(0), high = vdupq_n_s32(0);
#define TAP(n)                                                              \
    {                                                                       \
        int16x8_t window = vextq_s16(here, next, n);                        \
        low = vmlal_laneq_s16(low, vget_low_s16(window), taps, n);          \
        high = vmlal_high_laneq_s16(high, window, taps, n);                 \
    }
        TAP(0) TAP(1) TAP(2) TAP(3) TAP(4) TAP(5) TAP(6) TAP(7)
        vst1q_s16(filtered + i, vqrshrn_high_n_s32(vqrshrn_n_s32(low, 12), high, 12));
    }
}

static void blend(u8 alpha)
{
    uint8x8_t one = vdup_n_u8(alpha), other = vdup_n_u8((u8)(255 - alpha));
    uint8x16_t brightness = vdupq_n_u8(9);
    for (u32 i = 0; i < PIXELS * 3; i += 16) {
        uint8x16_t a = vld1q_u8(foreground + i), b = vld1q_u8(background + i);
        uint16x8_t low = vmlal_u8(vmull_u8(vget_low_u8(a), one), vget_low_u8(b), other);
        uint16x8_t high = vmlal_u8(vmull_u8(vget_high_u8(a), one), vget_high_u8(b), other);
        uint8x16_t mixed = vcombine_u8(vrshrn_n_u16(low, 8), vrshrn_n_u16(high, 8));
        vst1q_u8(blended + i, vqsubq_u8(vqaddq_u8(mixed, brightness), vabdq_u8(a, b)));
    }
}

static void to_grey(void)
{
    for (u32 i = 0; i < PIXELS; i += 8) {
        uint8x8x3_t colours = vld3_u8(blended + i * 3);
        uint16x8_t sum = vmull_u8(colours.val[0], vdup_n_u8(77));
        sum = vmlal_u8(sum, colours.val[1], vdup_n_u8(150));
        sum = vmlal_u8(sum, colours.val[2], vdup_n_u8(29));
        vst1_u8(grey + i, vshrn_n_u16(sum, 8));
    }
}

static u64 look_up_and_count(uint8x16_t table)
{
    uint64x2_t sum = vdupq_n_u64(0);
    for (u32 i = 0; i < PIXELS; i += 16) {
        uint8x16_t bytes = vld1q_u8(grey + i);
        uint8x16_t digits = vqtbl1q_u8(table, vandq_u8(bytes, vdupq_n_u8(15)));
        uint8x16_t bits = vcntq_u8(veorq_u8(bytes, digits));
        uint8x16_t greater = vcgtq_u8(bytes, digits);
        bits = vbslq_u8(greater, bits, vmaxq_u8(digits, vzip1q_u8(bytes, digits)));
        sum = vpadalq_u32(sum, vpaddlq_u16(vpaddlq_u8(bits)));
    }
    return vaddvq_u64(sum);
}

static u64 distance(void)
{
    uint32x4_t sum = vdupq_n_u32(0);
    for (u32 i = 0; i < SAMPLES; i += 8) {
        int16x8_t difference = vqsubq_s16(vld1q_s16(filtered + i), vld1q_s16(samples + i));
        sum = vpadalq_u16(sum, vreinterpretq_u16_s16(vqabsq_s16(vminq_s16(difference, vdupq_n_s16(1000)))));
    }
    return vaddvq_u32(sum);
}

static float scale_and_multiply(float scale)
{
    float32x4_t sums[4] = { vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0) };
    for (u32 i = 0; i < SAMPLES; i += 16)
        for (u32 j = 0; j < 4; j++) {
            float32x4_t a = vld1q_f32(left + i + j * 4), b = vld1q_f32(right + i + j * 4);
            sums[j] = vfmaq_f32(sums[j], vsubq_f32(vmulq_n_f32(a, scale), b), vmaxq_f32(a, b));
        }
    return vaddvq_f32(vaddq_f32(vaddq_f32(sums[0], sums[1]), vaddq_f32(sums[2], sums[3])));
}

static void to_floats(float scale)
{
    for (u32 i = 0; i < SAMPLES; i += 8) {
        int16x8_t values = vld1q_s16(filtered + i);
        float32x4_t low = vcvtq_f32_s32(vmovl_s16(vget_low_s16(values)));
        float32x4_t high = vcvtq_f32_s32(vmovl_high_s16(values));
        vst1q_f32(left + i, vmulq_n_f32(low, scale));
        vst1q_f32(left + i + 4, vmulq_n_f32(high, scale));
    }
}

void run(void)
{
    u32 seed = 1;
    for (u32 i = 0; i < SAMPLES + 16; i++)
        samples[i] = (int16_t)next_random(&seed);
    for (u32 i = 0; i < PIXELS * 3; i++) {
        foreground[i] = (u8)next_random(&seed);
        background[i] = (u8)next_random(&seed);
    }
    for (u32 i = 0; i < SAMPLES; i++)
        right[i] = (float)(int16_t)next_random(&seed) / 1024;
    int16x8_t taps = { -120, 340, 1500, 2300, 2300, 1500, 340, -120 };
    uint8x16_t table = { 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 101, 102 };
    u64 sum = 0;
    for (u32 round = 0; round < ROUNDS; round++) {
        filter(taps);
        to_floats(1.0f / 512);
        blend((u8)round);
        to_grey();
        sum = sum * 31 + look_up_and_count(table);
        sum = sum * 31 + distance();
        sum = sum * 31 + bits_of((double)scale_and_multiply(0.75f));
        samples[round] = (int16_t)(samples[round] ^ (int16_t)round);
    }
    check(sum, 0xeae233e115f24cb3);
}
