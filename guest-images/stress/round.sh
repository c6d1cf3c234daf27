#!/bin/sh
# One round: the program, and tools of the shell on files of the RAM disk, each of which is undone or done in two ways. Prints "round N: right" with
# checksums, or "round N: wrong" with what is.
n=$1
wrong() { echo "round $n: wrong: $*"; exit 1; }

rm -rf /tmp/round && mkdir /tmp/round && cd /tmp/round || wrong no folder
program=$(stress $n) || wrong "stress $program"

i=0
while [ $i -lt 500 ]; do
    echo "$((i * 7919 % 500)) line of round $n"
    i=$((i + 1))
done > text
sort -n text > sorted
[ $(wc -l < sorted) = 500 ] || wrong count
sort -rn text | sort -n | cmp - sorted || wrong sort
[ "$(head -n 1 sorted)" = "0 line of round $n" ] || wrong first line
gzip -c text > text.gz && gunzip -c text.gz | cmp - text || wrong gzip
mkdir copy && tar cf - text sorted text.gz | tar xf - -C copy || wrong tar
for f in text sorted text.gz; do
    cmp $f copy/$f || wrong copy of $f
done
sum=$(cat text sorted | md5sum)
[ "$sum" = "$(cat copy/text copy/sorted | md5sum)" ] || wrong sum
sum=$(echo "$program $sum" | md5sum)
echo "round $n: right ${sum%% *}"
