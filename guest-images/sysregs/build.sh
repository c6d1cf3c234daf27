#!/bin/sh
# Builds sysregs.bin with the GNU tools for aarch64 (package gcc-aarch64-linux-gnu on Debian).
set -eu
cd "$(dirname "$0")"
aarch64-linux-gnu-gcc -nostdlib -static -Wl,-Ttext=0,--build-id=none -o sysregs.elf sysregs.S
aarch64-linux-gnu-objcopy -O binary sysregs.elf sysregs.bin
rm sysregs.elf
